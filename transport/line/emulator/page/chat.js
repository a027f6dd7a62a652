"use strict";

const user = document.body.dataset.user;
const group = document.body.dataset.group === "true";
const log = document.getElementById("log");
const scroller = document.getElementById("scroll");
const quick = document.getElementById("quick");
const statusLine = document.getElementById("status");
const loading = document.getElementById("loading");
const block = document.getElementById("block");
const form = document.getElementById("say");
const text = document.getElementById("text");
const menu = document.getElementById("menu");
const file = document.getElementById("file");
const picker = document.getElementById("picker");
const picked = document.getElementById("picked");

// Colours and proportions of the bot's messages: the security policy allows no style attributes.
function paint(root) {
  for (const e of root.querySelectorAll("[data-color],[data-background],[data-grow]")) {
    if (e.dataset.color) e.style.color = e.dataset.color;
    if (e.dataset.background) e.style.backgroundColor = e.dataset.background;
    if (e.dataset.grow) e.style.flex = `${e.dataset.grow} 1 0`;
  }
}

// The rich menu: where its areas are, and whether it is open.
function place(root) {
  const body = root.querySelector("#menu-body");
  if (!body) return;
  body.style.aspectRatio = body.dataset.ratio;
  for (const e of body.querySelectorAll("[data-place]")) {
    const [left, top, width, height] = e.dataset.place.split(" ").map((n) => `${n}%`);
    Object.assign(e.style, { left, top, width, height });
  }
}

function showMenu(html) {
  if (menu.dataset.html === html) return;
  menu.innerHTML = html;
  menu.dataset.html = html;
  place(menu);
}

function openMenu(open) {
  const body = document.getElementById("menu-body");
  body.hidden = !open;
  menu.querySelector(".bar").setAttribute("aria-expanded", String(open));
}

function toBottom() {
  scroller.scrollTop = scroller.scrollHeight;
}

// The newest bubble stays in view when the window changes, unless the reader has scrolled up.
let atBottom = true;
scroller.addEventListener("scroll", () => {
  atBottom = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
});
new ResizeObserver(() => { if (atBottom) toBottom(); }).observe(scroller);

async function post(act, values) {
  try {
    const answer = await fetch(`chat/${act}`, {
      method: "POST",
      body: new URLSearchParams({ user, ...values }),
    });
    if (!answer.ok) statusLine.textContent = await answer.text();
    return answer.ok;
  } catch {
    statusLine.textContent = "The emulator is not running.";
    return false;
  }
}

let hideLoading;
function showLoading(milliseconds) {
  clearTimeout(hideLoading);
  loading.hidden = milliseconds === 0;
  if (milliseconds > 0) hideLoading = setTimeout(() => { loading.hidden = true; }, milliseconds);
}

// In a group, the bot is a member or not.
function showFriend(friend) {
  if (group) {
    block.textContent = friend ? "Remove the bot" : "Invite the bot";
    block.dataset.act = friend ? "remove" : "invite";
    return;
  }
  block.textContent = friend ? "Block" : "Add as friend";
  block.dataset.act = friend ? "block" : "follow";
}

// One event of the stream: new bubbles, and the whole of everything else that can change.
function show(change) {
  if (change.reset) log.replaceChildren();
  if (change.restarted && !change.friend && !group) post("follow", {});
  log.insertAdjacentHTML("beforeend", change.items);
  const focused = quick.contains(document.activeElement);
  quick.innerHTML = change.quick;
  quick.hidden = change.quick.trim() === "";
  if (focused) text.focus();
  statusLine.textContent = change.problem;
  if (group) document.getElementById("detail").textContent = change.detail;
  showMenu(change.menu);
  showLoading(change.loading);
  showFriend(change.friend);
  paint(document);
  if (change.items || change.loading) toBottom();
}

function pick(button) {
  const { mode, initial, min, max, seq, index } = button.dataset;
  document.getElementById("picker-title").textContent = button.textContent.trim();
  picked.type = mode === "datetime" ? "datetime-local" : mode;
  picked.min = min;
  picked.max = max;
  picked.value = initial;
  picker.returnValue = "";
  picker.onclose = () => {
    if (picker.returnValue === "ok") post("press", { seq, index, value: picked.value.slice(0, 16) });
    text.focus({ preventScroll: true });
  };
  picker.showModal();
}

document.addEventListener("click", (event) => {
  const bar = event.target.closest("#menu .bar");
  if (bar) openMenu(bar.getAttribute("aria-expanded") !== "true");
  const button = event.target.closest("button.tap");
  if (!button) return;
  if (button.dataset.mode) {
    pick(button);
    return;
  }
  if (button.dataset.copy) navigator.clipboard?.writeText(button.dataset.copy).catch(() => {});
  post("press", { seq: button.dataset.seq, index: button.dataset.index });
});

document.getElementById("picker-cancel").addEventListener("click", () => picker.close());
block.addEventListener("click", () => post(block.dataset.act, {}));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const value = text.value.trim();
  if (value === "") return;
  text.value = "";
  if (!(await post("say", { text: value })) && text.value === "") text.value = value;
});

file.addEventListener("change", async () => {
  if (file.files.length === 0) return;
  const body = new FormData();
  for (const chosen of file.files) body.append("file", chosen);
  file.value = "";
  try {
    const answer = await fetch(`chat/upload?${new URLSearchParams({ user })}`, { method: "POST", body });
    if (!answer.ok) statusLine.textContent = await answer.text();
  } catch {
    statusLine.textContent = "The emulator is not running.";
  }
});

// Enter sends, Shift+Enter breaks the line. Enter within an input method picks a word.
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

paint(document);
place(document);
showFriend(document.body.dataset.friend === "true");
quick.hidden = quick.textContent.trim() === "";
toBottom();

const events = new EventSource(`chat/events?user=${encodeURIComponent(user)}&after=${document.body.dataset.after}`);
events.onmessage = (event) => show(JSON.parse(event.data));
events.onerror = () => { statusLine.textContent = "Connecting to the emulator…"; };

// The first visit adds the bot as a friend, as scanning its code does.
const visited = `visited ${document.body.dataset.after.split("-")[0]} ${user}`;
if (!group && document.body.dataset.friend !== "true" && !sessionStorage.getItem(visited)) post("follow", {});
sessionStorage.setItem(visited, "yes");
