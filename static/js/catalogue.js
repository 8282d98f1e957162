// Shows what the catalogue's form asks for while somebody still fills it in.
//
// Without this script the form asks for a new page, and this script asks for the same page: it takes
// what was found out of the answer. So there is one way to search, and every state has an address.
const PAUSE_MS = 200; // between two letters, before the shop is asked

const form = document.querySelector("form[data-found]");
const found = document.getElementById(form.dataset.found);
const count = document.getElementById("count"); // stays, so that screen readers read what changes

let asking = new AbortController();
let pause = null;
let isTyping = false; // what was shown last was asked for by typing, and the next letter goes on

/** The address of what the form says now; what it leaves open is not named. */
function addressOf() {
  const said = Array.from(new FormData(form)).filter(([, value]) => value !== "");
  const query = new URLSearchParams(said).toString();
  return form.action.split(/[?#]/)[0] + (query && `?${query}`);
}

/** Show an address. Whoever asks again takes the place of who asked before, and their answer. */
async function show(address) {
  clearTimeout(pause);
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  found.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal, headers: { "X-Requested-With": "fetch" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (signal.aborted) return null;
    const part = fresh.getElementById(found.id);
    if (!part) throw new Error("no list in the answer");
    found.replaceChildren(...part.childNodes);
    count.textContent = fresh.getElementById(count.id).textContent;
    document.title = fresh.title;
    return fresh;
  } catch (error) {
    if (signal.aborted) return null;
    location.assign(address); // the browser says what is wrong, better than we could
    return null;
  } finally {
    if (!signal.aborted) found.removeAttribute("aria-busy");
  }
}

/** Show what the form asks for; a word that is being typed is one step of the way back. */
function ask({ typing }) {
  const address = addressOf();
  if (address === location.href) return;
  const note = typing && isTyping ? "replaceState" : "pushState";
  isTyping = typing;
  history[note](null, "", address);
  void show(address);
}

/** Fill the form in as the server did: field by field, for several may have one name. */
function fillIn(fresh) {
  const own = form.querySelectorAll("[name]");
  fresh.querySelectorAll("form[data-found] [name]").forEach((field, place) => {
    if (field.type === "checkbox") own[place].checked = field.checked;
    else own[place].value = field.value;
  });
}

/** Show an address that somebody goes to, with what its form says. */
async function go(address) {
  isTyping = false;
  const fresh = await show(address);
  if (fresh) fillIn(fresh);
}

form.addEventListener("input", ({ target }) => {
  clearTimeout(pause);
  if (target.matches("select, [type=checkbox]")) ask({ typing: false });
  else pause = setTimeout(() => ask({ typing: true }), PAUSE_MS);
});

form.addEventListener("change", () => (isTyping = false));

form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(pause);
  ask({ typing: false });
});

// Links that only ask for something else, such as those that move a map.
found.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-again]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  void go(link.href);
});

addEventListener("popstate", () => void go(location.href));
