// The page: sign in, choose a product, upload a picture, see it.
import { Refused, Unreachable, listProducts, signIn, uploadImage } from "./api.js";

const DEFAULT_SERVER = "http://127.0.0.1:8000";
const MOST_BYTES = 500 * 1024; // more is not worth sending: the server would refuse it
const page = (selector) => document.querySelector(selector);
const [signInForm, lookForm, uploadForm] = ["#sign-in", "#look", "#upload"].map(page);
const [result, message, progress] = ["#result", "#message", "progress"].map(page);
const asked = new URLSearchParams(location.search);
let server = "";
let token = ""; // kept by this page only; a reload forgets it

signInForm.elements.server.value = asked.get("server") ?? DEFAULT_SERVER;

function say(text) {
  message.textContent = text;
  message.hidden = text === "";
}

// Runs what a form asks for, with its buttons locked, and says what went wrong.
async function attempt(form, work) {
  const buttons = form.querySelectorAll("button");
  buttons.forEach((button) => (button.disabled = true));
  say("");
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    if (error.status === 401) showForms({ signedIn: false });
    say(error.message);
  } finally {
    buttons.forEach((button) => (button.disabled = false));
  }
}

function showForms({ signedIn }) {
  signInForm.hidden = signedIn;
  lookForm.hidden = uploadForm.hidden = !signedIn;
}

async function showProducts(search = "") {
  const products = await listProducts(server, search);
  const choices = products.map(({ id, title }) => new Option(title, id));
  uploadForm.elements.product.replaceChildren(...choices);
  if (products.length === 0) say("There is no such product.");
}

function showResult({ image, thumbnail }) {
  const [picture, address] = result.querySelectorAll("a");
  picture.href = address.href = address.textContent = image;
  result.querySelector("img").src = thumbnail ?? image;
  result.hidden = false;
}

signInForm.addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(signInForm, async () => {
    const { server: address, username, password } = Object.fromEntries(new FormData(signInForm));
    server = address.replace(/\/+$/, "");
    token = await signIn(server, { username, password });
    await showProducts();
    signInForm.elements.password.value = "";
    showForms({ signedIn: true });
  });
});

lookForm.addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(lookForm, () => showProducts(lookForm.elements.search.value.trim()));
});

uploadForm.addEventListener("submit", (event) => {
  event.preventDefault();
  const { product, image } = Object.fromEntries(new FormData(uploadForm));
  if (image.size > MOST_BYTES) return say("The picture is larger than 500 KB.");
  attempt(uploadForm, async () => {
    result.hidden = true;
    progress.value = 0;
    progress.hidden = false;
    try {
      const show = (percent) => (progress.value = percent);
      showResult(await uploadImage(server, token, product, image, show));
    } finally {
      progress.hidden = true;
    }
  });
});
