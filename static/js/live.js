// Keeps a page as it would be if it were loaded anew.
//
// What happens comes by the feed (feed.js) and says only that something is different. Then the page
// is fetched again, once for all that came meanwhile, and what differs in the parts marked with
// `data-live` is put in. On the page of a conversation messages are sent by the feed as well, so
// that they wait for the line when it is away.
const body = document.body;
const { openFeed } = await import(body.dataset.feedScript);

const GATHER_MS = 80; // what comes together is shown together
const SPREAD_MS = 120; // so that not all who look at a conversation fetch it at one moment
const TYPING_MS = 5000;
const NEAR_END = 160; // pixels from the end of the page, where somebody follows what is said

const signatures = new WeakMap();
const signOf = (node) => signatures.get(node) ?? node.outerHTML;

/** Put the children of `fresh` into `shown`; what the server says the same of stays as it is. */
function renew(shown, fresh) {
  const kept = new Map(Array.from(shown.children, (node) => [signOf(node), node]));
  const wanted = Array.from(fresh.children, (node) => {
    const sign = node.outerHTML;
    const old = kept.get(sign) ?? filledIn(shown, node);
    kept.delete(old && signOf(old));
    if (old) return old;
    const made = document.importNode(node, true);
    signatures.set(made, sign);
    if (node.id) carryOver(shown.querySelector(`:scope > #${node.id}`), made);
    return made;
  });
  for (const node of kept.values()) node.remove();
  wanted.forEach((node, place) => {
    if (shown.children[place] !== node) shown.insertBefore(node, shown.children[place] ?? null);
  });
}

/** What somebody may be filling in stays as it is while it asks for the same: `data-keep` says what. */
function filledIn(shown, { id, dataset: { keep } }) {
  const old = keep && shown.querySelector(`:scope > #${id}`);
  return old?.dataset.keep === keep ? old : undefined;
}

/** What the reader has opened stays open, and keeps the focus. */
function carryOver(old, made) {
  const details = made.querySelectorAll("details");
  old?.querySelectorAll("details").forEach((one, place) => {
    if (details[place]) details[place].open = one.open;
  });
  if (!old?.contains(document.activeElement)) return;
  const focus = "a, button, summary";
  const place = Array.from(old.querySelectorAll(focus)).indexOf(document.activeElement);
  queueMicrotask(() => made.querySelectorAll(focus)[place]?.focus());
}

function remember(root) {
  for (const part of root.querySelectorAll("[data-live]"))
    for (const node of part.children) signatures.set(node, node.outerHTML);
}

async function refresh() {
  const follows = innerHeight + scrollY > document.documentElement.scrollHeight - NEAR_END;
  const answer = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.getElementById(part.id);
    if (other) renew(part, other);
  }
  showPending();
  if (follows && talk) scrollTo(0, document.documentElement.scrollHeight);
  readOn();
}

let gathering = null;

/** Resolves when the page shows what it was told of; hidden ones wait until they are looked at. */
function refreshSoon() {
  gathering ??= new Promise((resolve) => {
    setTimeout(resolve, GATHER_MS + Math.random() * SPREAD_MS);
  })
    .then(looked)
    .then(() => {
      gathering = null;
      return refresh();
    });
  return gathering.catch(() => {}); // without the line there is nothing to fetch; the next row asks again
}

function looked() {
  if (!document.hidden) return undefined;
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", resolve, { once: true });
  });
}

// --- The page of a conversation ------------------------------------------------------------------

const talk = document.querySelector("#talk");
const conversation = talk?.dataset.conversation;
const form = document.querySelector("form.write[data-conversation]");
const pending = document.querySelector("#pending");
const typing = document.querySelector("#typing");
const line = document.querySelector("#line");
const timers = new Map();

/** Have read what is shown, if somebody looks at it. */
function readOn() {
  if (!talk || document.hidden || !("newest" in talk.dataset)) return;
  const last = talk.querySelector(":scope > li[id^='m-']:last-of-type");
  if (last && talk.querySelector(".bubble.new")) feed.read(conversation, Number(last.id.slice(2)));
}

let arrived = []; // answered, and not yet among the messages that the server rendered

function keepArrived({ status, data }) {
  if (status < 400 && data.conversation === conversation && "newest" in talk.dataset)
    arrived.push(data);
  showPending();
}

function showPending() {
  if (!pending) return;
  const waiting = feed.waiting.filter((message) => message.conversation === conversation);
  arrived = arrived.filter(({ seq }) => !document.getElementById(`m-${seq}`));
  pending.replaceChildren(
    ...[...arrived, ...waiting].map(({ message_body: text }) => {
      const bubble = document.createElement("li");
      bubble.className = "bubble own pending";
      bubble.textContent = text;
      return bubble;
    }),
  );
}

async function send(text) {
  const sent = feed.send({ conversation, message_body: text });
  showPending();
  pending.lastElementChild?.scrollIntoView({ block: "end" });
  try {
    await sent;
    await refreshSoon();
  } catch ({ data }) {
    giveBack(text, data);
  }
  showPending();
}

/** Show why the house did not take it, and the text again. */
function giveBack(text, said) {
  const box = form.querySelector("textarea");
  box.value ||= text;
  const [first] = Object.values(said ?? {}).flat();
  line.textContent = String(said?.detail ?? first ?? line.dataset.refused);
}

form?.addEventListener("submit", (event) => {
  const files = form.querySelector("input[type=file]");
  const answered = form.querySelector("[name=parent_id]");
  const box = form.querySelector("textarea");
  if (files?.files.length || answered?.value || !box.value.trim()) return; // by the form
  event.preventDefault();
  send(box.value);
  delete form.dataset.sent;
  line.textContent = "";
  box.value = "";
  box.focus();
});

form?.querySelector("textarea").addEventListener("input", () => feed.typing(conversation));

function showTyping({ conversation: where, user }) {
  if (where !== conversation || !typing) return;
  const people = JSON.parse(document.querySelector("#people").textContent);
  if (!(user in people)) return;
  typing.textContent = typing.dataset.text.replace("{name}", people[user]);
  clearTimeout(timers.get("typing"));
  timers.set("typing", setTimeout(() => (typing.textContent = ""), TYPING_MS));
}

function showPresence({ users }) {
  for (const { user, online } of users)
    for (const dot of document.querySelectorAll(`[data-presence="${user}"]`)) dot.hidden = !online;
}

function showDelivered({ conversation: where, seq }) {
  if (where !== conversation) return;
  for (const bubble of talk.querySelectorAll(".bubble.own"))
    if (Number(bubble.id.slice(2)) <= seq) bubble.classList.add("delivered");
}

function showState({ state, waiting }) {
  body.dataset.feed = state;
  if (!line) return;
  const isAway = state !== "live" && (waiting > 0 || !navigator.onLine);
  line.textContent = isAway ? line.dataset.away : "";
}

// --- All pages -----------------------------------------------------------------------------------

// On a phone the navigation is one row, which scrolls: to where one is.
const here = document.querySelector("#main-nav [aria-current]");
if (here) here.closest("nav").scrollLeft = here.offsetLeft - innerWidth / 3;

remember(document);
const feed = openFeed({
  user: body.dataset.user,
  cursor: { epoch: body.dataset.feedEpoch, seq: Number(body.dataset.feedSeq) },
  onRows: () => void refreshSoon(),
  onReset: () => void refreshSoon(),
  onState: showState,
  onSent: keepArrived,
  onTyping: showTyping,
  onPresence: showPresence,
  onDelivered: showDelivered,
});
const watched = document.querySelectorAll("[data-presence]");
if (watched.length) feed.watch(Array.from(watched, (dot) => dot.dataset.presence));
showPending();
document.addEventListener("visibilitychange", readOn);
document.querySelector("#sign-out")?.addEventListener("submit", () => feed.forget());
