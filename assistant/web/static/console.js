// The console: search while typing, a card by Enter, its words copied by Enter again.
const DELAY = 40; // milliseconds without a key before a search
const one = (selector, within = document) => within.querySelector(selector);
const box = one("#q");

let searching = null;
let waiting = 0;

async function sent(address, values) {
  const body = new URLSearchParams(values);
  const headers = { "x-fragment": "1" };
  try {
    const answer = await fetch(`/console${address}`, { method: "POST", body, headers });
    return { ok: answer.ok, status: answer.status, html: await answer.text() };
  } catch {
    return { ok: false, status: 0, html: "" };
  }
}

function tell(text) {
  one("#told").textContent = text;
}

// The card, or what went wrong in its place; what was typed stays.
function show(answer) {
  const card = one("#card");
  if (answer.html) card.replaceChildren(fragment(answer.html));
  else card.textContent = one("#find").dataset.broken;
  card.scrollIntoView({ block: "nearest" });
  const bar = one("[data-bar]", card);
  if (bar) one("#call-bar").replaceChildren(bar.content);
  return answer.ok;
}

const openCall = () => one(".call")?.dataset.call ?? "";

async function search() {
  searching?.abort();
  searching = new AbortController();
  const body = new URLSearchParams({ q: box.value });
  const { signal } = searching;
  const headers = { "x-fragment": "1" };
  try {
    const answer = await fetch("/console/search", { method: "POST", body, headers, signal });
    const html = await answer.text();
    if (signal.aborted) return;
    one("#found").replaceChildren(fragment(html));
    box.setAttribute("aria-expanded", String(options().length > 0));
    box.removeAttribute("aria-activedescendant");
  } catch (error) {
    if (error.name !== "AbortError") tell(one("#find").dataset.broken);
  }
}

const options = () => [...document.querySelectorAll("#found [role=option]")];
const chosen = () => one('#found [aria-selected="true"]');

function choose(step) {
  const all = options();
  if (!all.length) return;
  const now = all.indexOf(chosen());
  const next = now < 0 ? (step > 0 ? 0 : all.length - 1) : now + step;
  for (const option of all) option.setAttribute("aria-selected", "false");
  const option = all[next];
  if (!option) return box.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  box.setAttribute("aria-activedescendant", option.id);
}

// Enter on the copy button, which then has the focus, copies: two keys after the words.
async function asked(question) {
  clearTimeout(waiting);
  tell(one("#find").dataset.working);
  const answer = await sent("/ask", { q: question, call: openCall() });
  tell("");
  if (show(answer)) one("[data-copy-script]")?.focus();
}

async function opened(option) {
  const { open, id } = option.dataset;
  if (open === "question") {
    box.value = id;
    return asked(id);
  }
  if (show(await sent("/open", { kind: open, id, call: openCall() })))
    one("[data-copy-script]")?.focus();
}

async function copyScript(button) {
  const text = one(".say", button.closest(".script")).textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const hidden = document.createElement("textarea"); // without https, the old way
    hidden.value = text;
    document.body.append(hidden);
    hidden.select();
    document.execCommand("copy");
    hidden.remove();
    button.focus();
  }
  tell(one("#find").dataset.copied);
  button.textContent = one("#find").dataset.copied;
}

async function newCall(address) {
  const answer = await sent(address, {});
  if (!answer.ok) return show(answer);
  one("#call-bar").replaceChildren(fragment(answer.html));
  one("#card").replaceChildren();
  one("#found").replaceChildren();
  closePanel();
  box.value = "";
  box.focus();
}

function handOff() {
  const details = one("#card .handoff");
  if (!details) return;
  details.open = true;
  one("[name=contact]", details).focus();
}

async function submitted(form) {
  const values = new FormData(form);
  if ("handoff" in form.dataset) {
    const answer = await sent("/handoff", values);
    if (answer.ok) form.replaceWith(fragment(answer.html));
    else tell(answer.html ? fragment(answer.html).textContent.trim() : one("#find").dataset.broken);
    return;
  }
  const answer = await sent("/calculate", values);
  if (!answer.html) return tell(one("#find").dataset.broken);
  const sum = form.closest(".sum");
  sum.replaceChildren(fragment(answer.html));
  one("[data-copy-script]", sum)?.focus();
}

function begin() {
  box.addEventListener("input", (event) => {
    if (event.isComposing) return; // pinyin that is not yet characters
    clearTimeout(waiting);
    waiting = setTimeout(search, DELAY);
  });
  box.addEventListener("compositionend", search);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? 1 : -1);
    }
  });
  one("#find").addEventListener("submit", (event) => {
    event.preventDefault();
    const option = chosen();
    if (option) opened(option);
    else asked(box.value);
  });
  document.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    const button = event.target.closest("button");
    if (option) opened(option);
    else if (button?.id === "new-call") newCall("/call");
    else if (button?.id === "end-call") newCall("/call/end");
    else if (button && "copyScript" in button.dataset) copyScript(button);
  });
  document.addEventListener("submit", (event) => {
    const { dataset } = event.target;
    if (!("calculate" in dataset || "handoff" in dataset)) return;
    event.preventDefault();
    submitted(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "F2") newCall("/call");
    else if (event.key === "F4" && !event.altKey) handOff();
    else if (event.key === "Escape") box.select();
    else return;
    event.preventDefault();
  });
  box.focus();
}

if (box) begin();
