// What a page does in the browser. Everything shown is made and escaped by the server;
// here it is only put in its place.
"use strict";

const byId = (id) => document.getElementById(id);
const newest = () => document.querySelector("#log .turn:last-child");

// The chat: Gradio's component hands over its wire once it is drawn.
let wire = null;
let conversation = location.hash.slice(1);
let pending = null; // the turn that is being answered
const PATIENCE = 30000; // ms without a word from the server

function policyChat(element, trigger, watch, props) {
  wire = trigger;
  watch("value", () => props.value && show(props.value));
  const form = byId("ask");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(byId("question").value.trim());
  });
  byId("question").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  byId("stop").addEventListener("click", () => {
    wire("stop");
    giveBack("");
  });
  byId("new").addEventListener("click", begin);
  window.addEventListener("hashchange", () => {
    if (location.hash.slice(1) !== conversation) resume(location.hash.slice(1));
  });
  if (conversation) resume(conversation);
  byId("question").focus();
}

function ask(question, more = {}) {
  if (pending || !(question || more.corrections || more.retry)) return;
  pending = { asked: question, shown: false };
  byId("state").textContent = byId("state").dataset.working;
  waitForAnswer();
  byId("stop").disabled = false;
  if (question) byId("question").value = "";
  wire("submit", { conversation, question, ...more });
}

function waitForAnswer() {
  clearTimeout(pending.timer);
  pending.timer = setTimeout(() => giveBack(byId("state").dataset.broken), PATIENCE);
}

// No answer comes: the question is not lost.
function giveBack(why) {
  const { asked, shown } = pending || { asked: "", shown: true };
  settled();
  if (asked && !shown && !byId("question").value) byId("question").value = asked;
  byId("state").textContent = why;
}

function show(value) {
  if (pending) {
    pending.shown = true;
    waitForAnswer();
  }
  const article = fragment(value.html).firstElementChild;
  const old = value.turn && document.querySelector(`#log [data-turn="${value.turn}"]`);
  if (old) old.replaceWith(article);
  else byId("log").append(article);
  if (value.conversation) remember(value.conversation);
  byId("examples").hidden = true;
  article.scrollIntoView({ block: "start" });
  byId("state").textContent = byId("state").dataset.wording;
  if (value.done) settled();
}

function settled() {
  clearTimeout(pending?.timer);
  pending = null;
  byId("stop").disabled = true;
  byId("state").textContent = "";
}

function remember(id) {
  conversation = id;
  if (location.hash.slice(1) !== id) history.replaceState(null, "", `#${id}`);
  byId("export").href = `/conversation.md?id=${id}`;
  byId("export").hidden = false;
}

async function resume(id) {
  byId("log").replaceChildren();
  const found = await fetched(`/conversation?id=${encodeURIComponent(id)}`);
  if (!found) {
    byId("state").textContent = byId("state").dataset.broken;
    return;
  }
  const turns = found.ok ? fragment(await found.text()) : null;
  if (!turns || !turns.firstElementChild) return begin();
  byId("log").append(turns);
  byId("examples").hidden = true;
  remember(id);
}

function begin() {
  conversation = "";
  history.replaceState(null, "", location.pathname);
  byId("log").replaceChildren();
  byId("examples").hidden = false;
  byId("export").hidden = true;
  byId("question").focus();
}

// The response, or null where the server cannot be reached.
async function fetched(address, options) {
  try {
    return await fetch(address, options);
  } catch {
    return null;
  }
}

function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

// A clause beside the chat; on a phone it lies over it.
let opener = null;

async function showClause(id, quote) {
  const asked = new URLSearchParams({ id, quote: quote || "" });
  const found = await fetched(`/clause?${asked}`);
  const panel = byId("panel");
  if (found) panel.replaceChildren(fragment(await found.text()));
  else panel.textContent = panel.dataset.broken;
  panel.classList.add("open");
  panel.querySelector("mark")?.scrollIntoView({ block: "nearest" });
  panel.focus({ preventScroll: true });
}

function closePanel() {
  byId("panel")?.classList.remove("open");
  opener?.focus();
}

async function vote(turn, button, reason = "") {
  const tools = button.closest(".tools");
  const helpful = button.dataset.vote === "1";
  for (const other of tools.querySelectorAll("[data-vote]"))
    other.setAttribute("aria-pressed", String(other === button));
  const answer = await fetched("/vote", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ turn, helpful, reason }),
  });
  tools.querySelector("[data-reason]").hidden = helpful || reason !== "";
  tools.querySelector(".told").textContent = answer?.ok
    ? byId("state").dataset.voted
    : byId("state").dataset.broken;
}

async function copy(button) {
  const text = button.closest(".turn").querySelector(".plain").value;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const hidden = document.createElement("textarea"); // without https, the old way
    hidden.value = text;
    document.body.append(hidden);
    hidden.select();
    document.execCommand("copy");
    hidden.remove();
  }
  button.textContent = byId("state").dataset.copied;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const turn = button.closest(".turn");
  const data = button.dataset;
  if ("ask" in data) ask(data.ask);
  else if ("marker" in data) {
    const chip = turn?.querySelector(`.chip[data-number="${data.marker}"]`);
    opener = button;
    if (chip) showClause(chip.dataset.clause, chip.dataset.quote);
  } else if ("clause" in data) {
    if (turn) opener = button;
    showClause(data.clause, data.quote);
  } else if ("close" in data) closePanel();
  else if ("retry" in data) ask("", { retry: true });
  else if ("copy" in data) copy(button);
  else if ("vote" in data) vote(turn.dataset.turn, button);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closePanel();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  const turn = form.closest(".turn");
  if (!turn) return;
  event.preventDefault();
  if ("reason" in form.dataset) {
    const pressed = turn.querySelector('[data-vote="0"]');
    vote(turn.dataset.turn, pressed, form.elements.reason.value || " ");
    return;
  }
  const changed = [...form.elements].filter(
    (field) => field.name && field.value.trim() && field.value !== field.dataset.was,
  );
  const corrections = Object.fromEntries(changed.map((f) => [f.name, f.value]));
  if (changed.length) ask("", { corrections });
});
