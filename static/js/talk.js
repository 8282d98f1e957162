// Writing: Ctrl+Enter sends, and a form that is on its way is not sent again.
const form = document.querySelector("form.write");
const text = form?.querySelector("textarea");

text?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});

form?.addEventListener("submit", (event) => {
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});

// Who comes back by the browser's history finds the form as they left it.
window.addEventListener("pageshow", () => delete form?.dataset.sent);
