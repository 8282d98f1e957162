// Has this browser show the reader's notifications, once they ask for it with the button.
const section = document.querySelector("#push");
const button = document.querySelector("#push-on");

function bytesOf(key) {
  const text = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

async function tellServer(subscription) {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(section.dataset.subscriptions, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(subscription),
  });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
}

async function subscribe() {
  const worker = await navigator.serviceWorker.register(section.dataset.worker);
  const subscription = await worker.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytesOf(section.dataset.key),
  });
  await tellServer(subscription);
}

function show(isOn) {
  button.hidden = isOn;
  document.querySelector("#push-is-on").hidden = !isOn;
  document.querySelector("#push-refused").hidden = isOn;
}

if (section && "serviceWorker" in navigator && "PushManager" in window) {
  section.hidden = false;
  button.addEventListener("click", () => subscribe().then(() => show(true), () => show(false)));
}
