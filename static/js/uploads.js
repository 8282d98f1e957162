// Files in a form: shown before they are sent, and how far they are while they are.
//
// Without this script the form sends them by itself, and says nothing meanwhile. With it the answer
// is the same page: it is opened, or where the form has errors, put in place of what is shown.
const UNITS = ["B", "kB", "MB", "GB"];

function sizeOf(bytes) {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  return `${Number((bytes / 1000 ** power).toPrecision(2))} ${UNITS[power]}`;
}

/** A line with the name and size of a file and, of a picture, what is on it. */
function lineOf(file) {
  const line = document.createElement("li");
  if (/^image\/(png|jpeg|gif|webp|avif)$/.test(file.type)) {
    const picture = document.createElement("img");
    picture.alt = "";
    const reader = new FileReader();
    reader.addEventListener("load", () => (picture.src = reader.result));
    reader.readAsDataURL(file);
    line.append(picture);
  }
  line.append(`${file.name} · ${sizeOf(file.size)}`);
  return line;
}

function openAnswer(request, form) {
  const address = new URL(request.responseURL);
  if (address.href !== new URL(form.action).href) {
    const place = address.searchParams.get("around"); // of a message: the fragment is lost on the way
    if (place) address.hash = `m-${place}`;
    return location.assign(address);
  }
  const fresh = new DOMParser().parseFromString(request.responseText, "text/html");
  document.querySelector("main").replaceWith(fresh.querySelector("main"));
  return document.querySelectorAll("form[data-uploads]").forEach(bringToLife);
}

function send(form, status) {
  const request = new XMLHttpRequest(); // fetch does not say how far it is
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", status.dataset.sending);
  bar.max = 1;
  status.replaceChildren(bar);
  request.upload.addEventListener("progress", ({ loaded, total }) => (bar.value = loaded / total));
  request.addEventListener("load", () => openAnswer(request, form));
  request.addEventListener("error", () => {
    status.textContent = status.dataset.failed;
    delete form.dataset.sent; // it may be sent again
  });
  request.open("POST", form.action);
  request.send(new FormData(form));
}

function bringToLife(form) {
  const input = form.querySelector("input[type=file]");
  const status = form.querySelector("[data-sending]");
  const chosen = form.querySelector(".chosen");
  input.addEventListener("change", () => chosen.replaceChildren(...Array.from(input.files, lineOf)));
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !input.files.length) return;
    event.preventDefault();
    send(form, status);
  });
}

document.querySelectorAll("form[data-uploads]").forEach(bringToLife);
