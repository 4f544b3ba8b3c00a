// Warns before a session ends because nothing is done in it, and says so when it has ended. The service says
// how long that is; asking it does not prolong anything.

const WARN = 120; // seconds before the end
const OFTEN = 600; // asked at least so often: a session has a last hour too

const box = document.getElementById("session-end");
const words = document.getElementById("session-end-words");
const stay = document.getElementById("session-stay");
const signIn = document.getElementById("session-sign-in");
let timer;

if (box) {
  // The page itself may not have prolonged it: a minute is taken off.
  expect(Number(box.dataset.idle) - 60);
  stay.addEventListener("click", () => ask("POST"));
  document.addEventListener("session-touched", () => box.hidden || ask());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && ask());
}

function expect(left) {
  clearTimeout(timer);
  timer = setTimeout(ask, 1000 * Math.max(1, Math.min(OFTEN, left > WARN ? left - WARN : left + 1)));
}

async function ask(method = "GET") {
  const body =
    method === "POST"
      ? new URLSearchParams({ csrf_token: document.querySelector('input[name="csrf_token"]').value })
      : undefined;
  try {
    const answer = await fetch("/session", { method: method === "POST" ? "POST" : "GET", body, redirect: "manual" });
    if (answer.status === 401 || answer.type === "opaqueredirect") return ended();
    if (answer.ok) show((await answer.json()).left);
    else expect(WARN);
  } catch {
    expect(WARN);
  }
}

function show(left) {
  expect(left);
  if (left > WARN) {
    box.hidden = true;
    return;
  }
  const at = new Date(Date.now() + 1000 * left);
  const time = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" });
  const text = box.dataset.warning.replace("{time}", time);
  stay.hidden = false;
  signIn.hidden = true;
  box.hidden = false;
  if (words.textContent !== text) words.textContent = text;
  document.dispatchEvent(new CustomEvent("session-ending"));
}

function ended() {
  clearTimeout(timer);
  // Signed in again in another tab: the words go.
  timer = setTimeout(ask, 60_000);
  // Some pages say it themselves: a call with something unsaved, the queue.
  const links = document.querySelectorAll('[role="alert"] a[href^="/sign-in"]');
  if ([...links].some((link) => link.checkVisibility())) return;
  stay.hidden = true;
  signIn.href = `/sign-in?next=${encodeURIComponent(location.pathname)}`;
  signIn.hidden = false;
  box.hidden = false;
  words.textContent = box.dataset.ended;
}
