// Plays scenarios to the core of a JavaScript client; README.md has their form.
//
//   node run.mjs feed.json ../../static/js/feed.js > { "scenario": null or what went wrong }
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";

const [scenariosFile, clientFile] = process.argv.slice(2);
const source = readFileSync(clientFile, "base64");
const { FeedCore } = await import(`data:text/javascript;base64,${source}`);
const { welcome, scenarios } = JSON.parse(readFileSync(scenariosFile, "utf8"));

class Player {
  constructor({ client = {} }) {
    this.client = client;
    this.now = 0;
    this.named = 0;
    this.begin(client.cursor ?? null);
  }

  begin(cursor) {
    const { user = null, has_tickets: hasTickets = false, random = 0.5 } = this.client;
    this.core = new FeedCore({ cursor, user, hasTickets, random: () => random });
    this.asked = [];
    this.unapplied = [];
    this.queued = {};
    this.forget();
  }

  forget() {
    this.seen = { connects: 0, drops: 0, sent: [], acked: null, rows: [], resets: 0 };
    Object.assign(this.seen, { answers: [], passing: [] });
  }

  note(effects) {
    for (const effect of effects) this[`note_${effect.do}`](effect);
  }

  note_connect() {
    this.seen.connects += 1;
  }

  note_drop() {
    this.seen.drops += 1;
  }

  note_send({ frame: { ref, ...frame } }) {
    if (ref !== undefined) this.asked.push(ref);
    if (frame.type === "ack") this.seen.acked = frame.seq;
    else this.seen.sent.push(frame);
  }

  note_rows({ rows, end }) {
    this.seen.rows.push(...rows.map((row) => row.seq));
    this.hand(end);
  }

  note_reset({ end }) {
    this.seen.resets += 1;
    this.hand(end);
  }

  note_state() {}

  note_answered({ clientId, status }) {
    delete this.queued[clientId];
    this.seen.answers.push({ client_id: clientId, status });
  }

  note_passing({ frame }) {
    this.seen.passing.push(frame.type);
  }

  hand(end) {
    if (this.client.applies === "when told") this.unapplied.push(end);
    else this.note(this.core.applied(end, this.now));
  }

  receive(frame, on) {
    const text = typeof frame === "string" ? frame : JSON.stringify(frame);
    this.note(this.core.received(this.connection(on), text, this.now));
  }

  connection(on) {
    return on === "old" ? this.core.connection - 1 : this.core.connection;
  }

  step({ on, ...step }) {
    const [[name, value]] = Object.entries(step);
    this[`step_${name}`](value, on);
  }

  step_start() {
    this.note(this.core.start(this.now));
  }

  step_opened({ ticket }) {
    this.note(this.core.opened(this.core.connection, ticket ?? null, this.now));
  }

  step_connected(fields) {
    this.step_opened({});
    this.receive({ ...welcome, ...fields });
  }

  step_server(frame, on) {
    this.receive(frame, on);
  }

  step_text(text) {
    this.receive(text);
  }

  step_page({ seqs, from, to, kind = "test", ...fields }, on) {
    const all = seqs ?? Array.from({ length: to - from + 1 }, (_, index) => from + index);
    const results = all.map((seq) => ({ seq, kind, data: {}, at: "2026-01-01T00:00:00Z" }));
    const page = { type: "feed", epoch: "e1", seq: all.at(-1), reset: false, more: false, results };
    this.receive({ ...page, ...fields }, on);
  }

  step_answer(fields, on) {
    const ref = on === "old" ? this.asked.at(-2) : this.asked.at(-1);
    this.receive({ type: "answer", ref, data: null, ...fields });
  }

  step_lost(code, on) {
    this.note(this.core.lost(this.connection(on), code, this.now));
  }

  step_sign_in_refused() {
    this.note(this.core.signInRefused(this.core.connection, this.now));
  }

  step_clock(seconds) {
    const until = this.now + seconds;
    while (this.core.wakeAt <= until) {
      this.now = Math.max(this.now, this.core.wakeAt);
      this.note(this.core.tick(this.now));
    }
    this.now = until;
  }

  step_look() {
    this.note(this.core.wake(true, this.now));
  }

  step_network() {
    this.note(this.core.wake(false, this.now));
  }

  step_send({ times, ...data }) {
    const clientId = `$${(this.named += 1)}`;
    if (times) data.message_body = data.message_body.repeat(times);
    this.queued[clientId] = data;
    this.note(this.core.send(clientId, data, this.now));
  }

  step_read({ conversation, seq }) {
    this.note(this.core.read(conversation, seq, this.now));
  }

  step_typing(conversation) {
    this.note(this.core.typing(conversation, this.now));
  }

  step_watch(users) {
    this.note(this.core.watch(users, this.now));
  }

  step_applied() {
    for (const end of this.unapplied.splice(0)) this.note(this.core.applied(end, this.now));
  }

  step_fails() {
    this.unapplied = [];
    this.note(this.core.failed(this.now));
  }

  step_reload() {
    const { queued, core } = this;
    this.begin(core.cursor);
    this.queued = queued;
    for (const [clientId, data] of Object.entries(queued))
      this.note(this.core.send(clientId, data, this.now));
  }

  step_close() {
    this.note(this.core.close(this.now));
  }

  step_repeat({ times, steps }) {
    for (let round = 0; round < times; round += 1) for (const step of steps) this.step(step);
  }

  step_expect(wanted) {
    const { cursor, state, waiting } = this.core;
    const seen = { ...this.seen, cursor, state, waiting };
    this.forget();
    for (const [name, value] of Object.entries(wanted)) {
      if (name === "acked_at_least" && seen.acked >= value) continue;
      if (isDeepStrictEqual(seen[name], value)) continue;
      throw new Error(`${name} is ${JSON.stringify(seen[name])}, not ${JSON.stringify(value)}`);
    }
  }
}

function play(scenario) {
  const player = new Player(scenario);
  for (const [index, step] of scenario.steps.entries()) {
    try {
      player.step(step);
    } catch (error) {
      return `step ${index + 1}, ${JSON.stringify(step)}: ${error.message}`;
    }
  }
  return null;
}

const outcomes = scenarios.map((scenario) => [scenario.name, play(scenario)]);
process.stdout.write(JSON.stringify(Object.fromEntries(outcomes)));
