// The feed, live: the client of docs/feed-protocol.md.
//
//   const feed = openFeed({ user, cursor: { epoch, seq }, onRows: (rows) => …, onReset: () => … });
//   feed.send({ conversation, message_body }).then((answer) => …, (refusal) => refusal.status);
//
// onRows and onReset may return promises; the cursor moves when they are done, and if they fail
// their rows come again. Other callbacks: onState({ state, code, reason, waiting }), onSent (each
// answer, also to what an earlier page queued), onTyping, onPresence, onDelivered (frames). The
// states: connecting, live, waiting, paused (until somebody looks), stopped, closed.
// Hand over the cursor that the page was rendered with; without one, the kept one counts, or else
// the end of the feed. Other origins give `url` and `ticket`, an async function that throws an
// error with `status` 401 when the account may no longer.
// One file, not two: an import would lack the hash that names files which browsers keep.

const USUAL_SECONDS = 2;
const MOST_SECONDS = 30;
const LEAST_SECONDS = 0.1; // a server that says 0 must not have a client spin
const WELCOME_SECONDS = 20;
const ANSWER_SECONDS = 30;
const ACK_SECONDS = 1;
const TYPING_SECONDS = 3;
const FRAMES_SECONDS = 5;
const MOST_FRAMES = 80; // in FRAMES_SECONDS; the server takes 100, and there are acks too
const MOST_UNACKED = 500;
const MOST_WATCHED = 100;
const MOST_FAULTS = 5; // of the server, over one message, before it is handed back
const MOST_BYTES = 64 * 1024 - 200;
const SILENT_BEATS = 2.5;
const QUIET_BEATS = 2; // the server's patience is three
const NEVER = [1003, 1009, 4400, 4404];
const AT_ONCE = [4008, 4009, 4408];
const PASSING = ["typing", "presence", "delivered"];

class Fault extends Error {}

function need(isRight) {
  if (!isRight) throw new Fault("a frame that is none, or rows that are missing");
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Fault("no JSON");
  }
}

const isNumber = (value) => Number.isInteger(value) && value >= 0;
const isPlace = ({ epoch, seq }) => typeof epoch === "string" && isNumber(seq);
const isRow = (row) =>
  isNumber(row?.seq) && typeof row.kind === "string" && row.data instanceof Object;

function secondsIn({ retry_after_seconds: seconds = null }) {
  need(seconds === null || (typeof seconds === "number" && seconds >= 0));
  return seconds;
}

/** When to come back after a loss. */
class Returning {
  constructor(random, hasTickets) {
    Object.assign(this, { random, hasTickets, base: USUAL_SECONDS, failures: 0, hurries: 0 });
  }

  welcomed(seconds) {
    this.base = Math.max(LEAST_SECONDS, seconds ?? USUAL_SECONDS);
    this.failures = 0;
  }

  afterLoss(code) {
    if (AT_ONCE.includes(code)) return this.atOnce();
    return this.byCode(code) ?? { state: "waiting", seconds: this.jittered(this.failures++) };
  }

  afterClosing(code, seconds) {
    const plan = this.byCode(code);
    if (plan) return plan;
    if (seconds === null) return { state: "paused" };
    return seconds === 0 ? this.atOnce() : { state: "waiting", seconds, isFixed: true };
  }

  /** At once, but not again and again without any progress. */
  atOnce() {
    const seconds = this.hurries === 0 ? 0 : this.jittered(this.hurries - 1);
    this.hurries += 1;
    return { state: "waiting", seconds };
  }

  byCode(code) {
    if (NEVER.includes(code) || (code === 4403 && !this.hasTickets)) return { state: "stopped" };
    if (code === 4010 || (code === 4401 && !this.hasTickets)) return { state: "paused" };
    return code === 4401 || code === 4403 ? this.atOnce() : null;
  }

  jittered(doublings) {
    return Math.min(MOST_SECONDS, this.base * 2 ** doublings) * (0.5 + this.random());
  }
}

/** What the client wants of the server: one thing after the other, again until it is answered. */
class Outbox {
  constructor() {
    Object.assign(this, { messages: [], reads: new Map(), unanswered: null, ref: 0 });
    Object.assign(this, { messagesFrom: 0, readsFrom: 0, sentAt: [] });
  }

  add(clientId, data) {
    const message = { data: { ...data, client_id: clientId }, clientId, faults: 0 };
    if (new TextEncoder().encode(JSON.stringify(message.data)).length > MOST_BYTES) return false;
    this.messages.push(message);
    return true;
  }

  addRead(conversation, seq) {
    this.reads.set(conversation, Math.max(seq, this.reads.get(conversation) ?? 0));
  }

  next(now) {
    if (this.unanswered || now < this.freeAt()) return null;
    if (this.reads.size && now >= this.readsFrom) {
      const [[conversation, seq]] = this.reads;
      const data = { conversation_id: conversation, up_to_seq: seq };
      return this.command(now, "conversation.read", data);
    }
    if (!this.messages.length || now < this.messagesFrom) return null;
    return this.command(now, "message.send", this.messages[0].data);
  }

  command(now, type, data) {
    this.ref += 1;
    this.unanswered = { ref: this.ref, type, data, until: now + ANSWER_SECONDS };
    return { type, ref: this.ref, data };
  }

  /** The last word on a message, if the answer is one. */
  answered({ ref, status, data = null }, seconds, now) {
    const command = this.unanswered;
    if (!command || ref !== command.ref) return null;
    this.unanswered = null;
    const isBusy = status === 429 || status === 503;
    const isFault = status >= 500 && !isBusy;
    if (command.type === "conversation.read") {
      if (isBusy || isFault) this.readsFrom = now + (seconds ?? USUAL_SECONDS);
      else this.forgetRead(command.data);
      return null;
    }
    const [message] = this.messages;
    if (isFault) message.faults += 1;
    if (isBusy || (isFault && message.faults < MOST_FAULTS)) {
      const doubled = Math.min(MOST_SECONDS, USUAL_SECONDS * 2 ** message.faults);
      this.messagesFrom = now + (seconds ?? doubled);
      return null;
    }
    this.messages.shift();
    return { do: "answered", clientId: message.clientId, status, data };
  }

  /** Done, or refused: a mark is no promise. */
  forgetRead({ conversation_id: conversation, up_to_seq: seq }) {
    if (this.reads.get(conversation) <= seq) this.reads.delete(conversation);
  }

  dueAt() {
    if (this.unanswered) return this.unanswered.until;
    const reads = this.reads.size ? this.readsFrom : Infinity;
    const messages = this.messages.length ? this.messagesFrom : Infinity;
    return Math.max(Math.min(reads, messages), this.freeAt());
  }

  freeAt() {
    return this.sentAt.length < MOST_FRAMES ? 0 : this.sentAt[0] + FRAMES_SECONDS;
  }
}

/** The protocol without sockets, clocks or pages.
 *
 *  Inputs come with the time, in seconds of a steady clock; what is to be done comes back as a
 *  list: { do: "connect" | "send" | "drop" | "rows" | "reset" | "state" | "answered" | …, … }. */
export class FeedCore {
  constructor({ cursor = null, user = null, hasTickets = false, random = Math.random } = {}) {
    Object.assign(this, { cursor, handed: cursor, user, state: "", connection: 0 });
    Object.assign(this, { acked: 0, beat: 0, heardAt: 0, saidAt: 0, ackAt: Infinity });
    Object.assign(this, { watched: null, typedAt: new Map(), returnAt: 0, mayHurry: false });
    this.outbox = new Outbox();
    this.returning = new Returning(random, hasTickets);
  }

  get waiting() {
    return this.outbox.messages.map((message) => message.clientId);
  }

  get isConnected() {
    return this.state === "connecting" || this.state === "live";
  }

  isCurrent(connection) {
    return connection === this.connection && this.isConnected;
  }

  start(now) {
    return this.state ? [] : this.connect(now);
  }

  opened(connection, ticket, now) {
    if (!this.isCurrent(connection)) return [];
    this.acked = this.cursor?.seq ?? 0;
    return [this.say({ type: "hello", ...(ticket ? { ticket } : {}), ...this.cursor }, now)];
  }

  received(connection, text, now) {
    if (!this.isCurrent(connection)) return [];
    this.heardAt = now;
    try {
      return this.take(parse(text), now);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return this.leave(this.returning.atOnce(), now, { drop: true });
    }
  }

  lost(connection, code, now) {
    if (!this.isCurrent(connection)) return [];
    return this.leave(this.returning.afterLoss(code), now, { code });
  }

  signInRefused(connection, now) {
    if (!this.isCurrent(connection)) return [];
    return this.leave({ state: "stopped" }, now, { reason: "sign-in was refused" });
  }

  tick(now) {
    if (this.state === "waiting" && now >= this.returnAt) return this.connect(now);
    if (!this.isConnected) return [];
    if (now >= this.silentAt() || now >= (this.outbox.unanswered?.until ?? Infinity))
      return this.leave(this.returning.afterLoss(null), now, { drop: true, reason: "silent" });
    return this.speak(now);
  }

  /** Somebody looks at it or, otherwise, the network is back. */
  wake(isLookedAt, now) {
    if (this.state === "waiting" && this.mayHurry) return this.connect(now);
    if (this.state === "paused" && isLookedAt) return this.connect(now);
    if (this.state !== "live" || isLookedAt) return [];
    this.outbox.unanswered = null; // a socket of another network says nothing more
    return [{ do: "drop", connection: this.connection }, ...this.connect(now)];
  }

  close(now) {
    const { state, connection } = this;
    if (state === "closed") return [];
    const effects = state === "live" && this.cursor.seq !== this.acked ? [this.ack(now)] : [];
    if (this.isConnected) effects.push({ do: "drop", connection });
    this.state = "closed";
    return [...effects, { do: "state", state: "closed" }];
  }

  get wakeAt() {
    if (this.state === "waiting") return this.returnAt;
    if (this.state === "connecting") return this.silentAt();
    if (this.state !== "live") return Infinity;
    return Math.min(this.silentAt(), this.quietUntil(), this.ackAt, this.outbox.dueAt());
  }

  applied(end, now) {
    const batch = end.seq - (this.cursor?.seq ?? 0);
    this.cursor = end;
    this.returning.hurries = 0;
    if (this.state !== "live") return [];
    // The next rows, if they are as many, would be too many.
    if (end.seq - this.acked + batch > MOST_UNACKED) return [this.ack(now)];
    this.ackAt = Math.min(this.ackAt, now + ACK_SECONDS);
    return [];
  }

  /** The page could not take it: have it come again. */
  failed(now) {
    this.handed = this.cursor;
    return this.isConnected ? this.leave(this.returning.atOnce(), now, { drop: true }) : [];
  }

  send(clientId, data, now) {
    if (this.outbox.add(clientId, data)) return this.speak(now);
    const tooLong = { status: 413, data: { detail: "The message is too long." } };
    return [{ do: "answered", clientId, ...tooLong }];
  }

  read(conversation, seq, now) {
    this.outbox.addRead(conversation, seq);
    return this.speak(now);
  }

  typing(conversation, now) {
    const recent = [...this.typedAt].filter(([, at]) => now - at < TYPING_SECONDS);
    this.typedAt = new Map(recent);
    if (this.state !== "live" || this.typedAt.has(conversation)) return [];
    this.typedAt.set(conversation, now);
    return [this.say({ type: "typing", conversation }, now)];
  }

  watch(users, now) {
    if (users.length > MOST_WATCHED) throw new RangeError(`at most ${MOST_WATCHED} can be watched`);
    this.watched = [...users];
    return this.state === "live" ? [this.say({ type: "watch", users: this.watched }, now)] : [];
  }

  connect(now) {
    this.connection += 1;
    Object.assign(this, { state: "connecting", heardAt: now, ackAt: Infinity });
    return [{ do: "state", state: this.state }, { do: "connect", connection: this.connection }];
  }

  leave(plan, now, { drop = false, code = null, reason = "" } = {}) {
    const { state, seconds = 0, isFixed = false } = plan;
    this.outbox.unanswered = null;
    Object.assign(this, { state, mayHurry: !isFixed, returnAt: now + seconds, ackAt: Infinity });
    const effects = drop ? [{ do: "drop", connection: this.connection }] : [];
    if (state === "waiting" && seconds === 0) return [...effects, ...this.connect(now)];
    return [...effects, { do: "state", state, code, reason }];
  }

  take(frame, now) {
    need(typeof frame?.type === "string");
    if (frame.type === "closing") return this.takeClosing(frame, now);
    if (this.state === "connecting")
      return frame.type === "welcome" ? this.takeWelcome(frame, now) : [];
    if (frame.type === "feed") return this.takePage(frame);
    if (frame.type === "beat") return this.takeBeat(frame, now);
    if (frame.type === "answer") return this.takeAnswer(frame, now);
    return PASSING.includes(frame.type) ? [{ do: "passing", frame }] : [];
  }

  takeWelcome(frame, now) {
    const { user, epoch, seq, beat_seconds: beat } = frame;
    need(typeof user === "string" && isPlace(frame) && typeof beat === "number" && beat > 0);
    const seconds = secondsIn(frame);
    // The browser is signed in as another: their rows and our messages must not mix.
    const reason = "another user is signed in";
    if (this.user !== null && this.user !== user)
      return this.leave({ state: "stopped" }, now, { drop: true, reason });
    const end = { epoch, seq };
    if (!this.cursor) Object.assign(this, { cursor: end, handed: end, acked: seq });
    Object.assign(this, { user, beat, state: "live" });
    this.returning.welcomed(seconds);
    const watch = this.watched ? this.watch(this.watched, now) : [];
    return [{ do: "state", state: "live" }, ...watch, ...this.speak(now)];
  }

  takePage(frame) {
    const { epoch, seq, reset, results } = frame;
    need(isPlace(frame) && Array.isArray(results) && results.every(isRow));
    if (reset === true) {
      this.handed = { epoch, seq };
      return [{ do: "reset", end: this.handed }];
    }
    need(epoch === this.handed.epoch);
    const rows = this.newOf(results);
    const end = { epoch, seq: this.handed.seq + rows.length };
    need(seq <= end.seq);
    this.handed = end;
    return rows.length ? [{ do: "rows", rows, end }] : [];
  }

  newOf(rows) {
    let { seq } = this.handed;
    return rows.filter((row) => {
      need(row.seq <= seq + 1);
      if (row.seq <= seq) return false;
      seq = row.seq;
      return true;
    });
  }

  takeBeat(frame, now) {
    need(isPlace(frame) && frame.epoch === this.handed.epoch && frame.seq <= this.handed.seq);
    this.returning.hurries = 0;
    return [this.ack(now)];
  }

  takeAnswer(frame, now) {
    need(Number.isInteger(frame.status));
    const answered = this.outbox.answered(frame, secondsIn(frame), now);
    return [...(answered ? [answered] : []), ...this.speak(now)];
  }

  takeClosing(frame, now) {
    need(isNumber(frame.code));
    const plan = this.returning.afterClosing(frame.code, secondsIn(frame));
    return this.leave(plan, now, { drop: true, code: frame.code, reason: frame.reason });
  }

  speak(now) {
    if (this.state !== "live") return [];
    const effects = now >= Math.min(this.ackAt, this.quietUntil()) ? [this.ack(now)] : [];
    const frame = this.outbox.next(now);
    return frame ? [...effects, this.say(frame, now)] : effects;
  }

  ack(now) {
    Object.assign(this, { acked: this.cursor.seq, ackAt: Infinity });
    return this.say({ type: "ack", seq: this.acked }, now);
  }

  say(frame, now) {
    this.saidAt = now;
    const { sentAt } = this.outbox;
    if (sentAt.push(now) > MOST_FRAMES) sentAt.shift();
    return { do: "send", connection: this.connection, frame };
  }

  silentAt() {
    return this.heardAt + (this.state === "live" ? SILENT_BEATS * this.beat : WELCOME_SECONDS);
  }

  quietUntil() {
    return this.saidAt + QUIET_BEATS * this.beat;
  }
}

const steadySeconds = () => performance.now() / 1000;

// Browsers have randomUUID on secure addresses only.
function newId() {
  const bytes = () => crypto.getRandomValues(new Uint8Array(16));
  return crypto.randomUUID?.() ?? Array.from(bytes(), (byte) => byte.toString(16)).join("-");
}

/** What outlives the page, as far as the browser lets it.
 *
 *  Each message is an entry of its own, so two tabs of one user never overwrite each other's. A
 *  page that opens takes over all of them, also those of a tab that still tries: then both send
 *  them, which does no harm, as the server knows by the client_id that it is one message. */
class Store {
  constructor(place) {
    this.prefix = `feed ${place} `;
    try {
      this.storage = globalThis.localStorage;
    } catch {
      this.storage = null; // forbidden
    }
  }

  get(key) {
    try {
      return JSON.parse(this.storage.getItem(this.prefix + key));
    } catch {
      return null;
    }
  }

  put(key, value) {
    try {
      this.storage.setItem(this.prefix + key, JSON.stringify(value));
    } catch {
      // Forbidden or full: it is sent all the same, if the page stays.
    }
  }

  remove(key) {
    this.storage?.removeItem(this.prefix + key);
  }

  keys() {
    const all = Object.keys(this.storage ?? {});
    const ours = all.filter((key) => key.startsWith(this.prefix));
    return ours.map((key) => key.slice(this.prefix.length));
  }

  messages() {
    const keys = this.keys().filter((key) => key.startsWith("message "));
    const found = keys.map((key) => this.get(key)).filter((message) => message?.clientId);
    return found.sort((one, other) => one.order - other.order);
  }
}

class Feed {
  constructor({ url = "/ws/v1/feed/", user, cursor, ticket, ...callbacks }) {
    this.url = new URL(url, location.href);
    this.url.protocol = this.url.protocol.replace("http", "ws");
    this.store = new Store(`${this.url} ${user}`);
    this.ticket = ticket;
    this.callbacks = callbacks;
    this.core = new FeedCore({
      cursor: [cursor, this.store.get("cursor")].find((place) => place && isPlace(place)),
      user: String(user),
      hasTickets: Boolean(ticket),
    });
    this.said = { state: "" };
    this.promises = new Map();
    this.order = 0;
    this.applying = Promise.resolve();
    this.round = 0; // of applying; what belongs to an earlier one is not applied any more
    this.listening = new AbortController();
  }

  open() {
    for (const { clientId, data, order } of this.store.messages()) {
      this.order = order;
      this.run(this.core.send(clientId, data, steadySeconds()));
    }
    const { signal } = this.listening;
    const look = () => document.hidden || this.run(this.core.wake(true, steadySeconds()));
    document.addEventListener("visibilitychange", look, { signal });
    addEventListener("focus", look, { signal });
    const reconnect = () => this.run(this.core.wake(false, steadySeconds()));
    addEventListener("online", reconnect, { signal });
    this.run(this.core.start(steadySeconds()));
    return this;
  }

  /** What waits for its answer: [{ client_id, conversation, message_body … }]. */
  get waiting() {
    return this.core.outbox.messages.map((message) => message.data);
  }

  /** Resolves when the message is sent, over whatever losses; rejects when it is refused. */
  send(data) {
    if (this.core.state === "closed") throw new Error("the feed is closed");
    const clientId = data.client_id ?? newId();
    this.order = Math.max(this.order + 1, Date.now());
    this.store.put(`message ${clientId}`, { clientId, data, order: this.order });
    return new Promise((resolve, reject) => {
      this.promises.set(clientId, { resolve, reject });
      this.run(this.core.send(clientId, data, steadySeconds()));
      this.tell();
    });
  }

  read(conversation, seq) {
    this.run(this.core.read(conversation, seq, steadySeconds()));
  }

  typing(conversation) {
    this.run(this.core.typing(conversation, steadySeconds()));
  }

  watch(userIds) {
    this.run(this.core.watch(userIds, steadySeconds()));
  }

  /** What is not sent stays, for the next page. */
  close() {
    this.listening.abort();
    this.round += 1;
    this.run(this.core.close(steadySeconds()));
  }

  /** Closes, and leaves nothing in the browser: for signing out. */
  forget() {
    this.close();
    for (const key of this.store.keys()) this.store.remove(key);
  }

  run(effects) {
    for (const effect of effects) this[`do_${effect.do}`](effect);
    clearTimeout(this.timer);
    const seconds = this.core.wakeAt - steadySeconds();
    const tick = () => this.run(this.core.tick(steadySeconds()));
    if (seconds < Infinity) this.timer = setTimeout(tick, Math.max(0, seconds * 1000));
  }

  async do_connect({ connection }) {
    const { core } = this;
    const lost = (code) => this.run(core.lost(connection, code, steadySeconds()));
    let ticket;
    try {
      ticket = await this.ticket?.();
    } catch (error) {
      if (error?.status !== 401 && error?.status !== 403) return lost(null);
      return this.run(core.signInRefused(connection, steadySeconds()));
    }
    if (!core.isCurrent(connection)) return;
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onopen = () => this.run(core.opened(connection, ticket, steadySeconds()));
    socket.onmessage = ({ data }) => this.run(core.received(connection, data, steadySeconds()));
    socket.onclose = ({ code }) => lost(code);
  }

  do_send({ frame }) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  do_drop() {
    this.socket?.close();
    this.socket = null;
  }

  do_rows({ rows, end }) {
    this.apply(() => this.callbacks.onRows?.(rows), end);
  }

  do_reset({ end }) {
    this.apply(() => this.callbacks.onReset?.(), end);
  }

  do_state({ state, code = null, reason = "" }) {
    this.said = { state, code, reason };
    if (state === "live") this.store.put("cursor", this.core.cursor);
    this.tell();
  }

  do_answered({ clientId, status, data }) {
    this.store.remove(`message ${clientId}`);
    const promise = this.promises.get(clientId);
    this.promises.delete(clientId);
    const answer = { client_id: clientId, status, data };
    if (status < 400) promise?.resolve(answer);
    else promise?.reject(Object.assign(new Error(`refused: ${status}`), answer));
    this.call("onSent", answer);
    this.tell();
  }

  do_passing({ frame }) {
    const names = { typing: "onTyping", presence: "onPresence", delivered: "onDelivered" };
    this.call(names[frame.type], frame);
  }

  /** One after the other; what comes after a failure is not applied, as it comes again. */
  apply(work, end) {
    const { round } = this;
    this.applying = this.applying.then(async () => {
      if (round !== this.round) return;
      try {
        await work();
      } catch (error) {
        return this.fail(error);
      }
      if (round !== this.round) return;
      this.store.put("cursor", end);
      this.run(this.core.applied(end, steadySeconds()));
    });
  }

  fail(error) {
    this.round += 1;
    reportError(error);
    this.run(this.core.failed(steadySeconds()));
  }

  tell() {
    this.call("onState", { ...this.said, waiting: this.core.waiting.length });
  }

  call(name, argument) {
    try {
      this.callbacks[name]?.(argument);
    } catch (error) {
      reportError(error);
    }
  }
}

/** Opens the feed of the user who is signed in, and keeps it open. */
export function openFeed(options) {
  return new Feed(options).open();
}
