// Marks what this page shows read, as its button does for those without scripts.
const form = document.querySelector("#mark-read");

async function markRead() {
  const answer = await fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    redirect: "manual",
    keepalive: true,
  });
  if (answer.type !== "opaqueredirect") return;
  form.remove();
  const badge = document.querySelector("#unread-conversations");
  const left = Number.parseInt(badge?.firstChild.data, 10) - 1;
  if (left > 0 && left < 99) badge.firstChild.data = left;
  if (left === 0) badge.remove();
}

if (form) markRead();
