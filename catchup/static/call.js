// What is typed on the page of a call is sent to the service a moment after typing stops, so that an
// interruption costs nothing. Nothing is kept in the browser but the page itself.

const PAUSE = 1500; // after the last key
const LONGEST = 8000; // however long somebody goes on typing
const WAITS = [2, 4, 8, 16, 30, 60]; // seconds between tries when there is no connection
const SIGNING_IN = 4000; // between looks whether somebody has signed in again
const SURE = 60_000; // for so long after an answer, the next form may be sent without asking
const KEEPALIVE = 60_000; // bytes that a page may send while it goes away

const form = document.getElementById("conversation");

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy-words]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copyWords).textContent);
  button.textContent = button.dataset.done;
});
showCopyButtons();

if (form) keepWords();

function showCopyButtons() {
  for (const button of document.querySelectorAll("[data-copy-words]")) button.hidden = false;
}

function keepWords() {
  const said = document.getElementById("saving");
  const trouble = document.getElementById("unsaved");
  const others = document.getElementById("other-words");
  const tries = [...document.querySelectorAll('form[action$="/attempts"]')];
  let talked = "talked" in form.dataset;
  let dirty = false; // typed and not sent
  let sending = null;
  let reason = null; // why nothing can be saved at the moment
  let failures = 0;
  let heard = Date.now(); // when the service last answered
  let since = 0; // when the oldest unsent key was pressed
  let leaving = false;
  let number = Number(form.elements.number.value);
  let later;

  form.elements.tab.value ||= crypto.randomUUID();

  for (const one of [form, ...tries]) {
    for (const kind of ["input", "change"]) one.addEventListener(kind, () => typed(one));
    one.addEventListener("submit", leave);
  }
  form.addEventListener("focusout", () => dirty && save());
  for (const one of tries) one.addEventListener("focusout", () => dirty && save());
  form.addEventListener("click", putAway);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") dirty && !leaving && save(true);
    else if (reason) save();
  });
  window.addEventListener("pagehide", () => dirty && !leaving && save(true));
  window.addEventListener("focus", () => reason && save());
  window.addEventListener("online", () => reason && save());
  document.addEventListener("session-ending", () => dirty && save());
  window.addEventListener("beforeunload", (event) => {
    if (!dirty || leaving) return;
    if (reason || tooLong()) event.preventDefault();
    else save(true); // before the next page is asked for: it may be this one again
  });

  function typed(one) {
    if (one === form) talked = true;
    if (!dirty) since = Date.now();
    dirty = true;
    leaving = false;
    said.dataset.older = "";
    wait(Math.max(0, Math.min(PAUSE, since + LONGEST - Date.now())));
  }

  function wait(milliseconds) {
    clearTimeout(later);
    later = setTimeout(save, milliseconds);
  }

  function written() {
    const sent = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string") sent.append(name, value);
    }
    for (const one of tries) {
      for (const field of one.elements) {
        // "no-note" and "later-day" tell by their ids which of the tries they belong to.
        if (field.id && field.name && field.type !== "submit") sent.append(`try-${field.id}`, field.value);
      }
      const group = one.querySelector("textarea[id]")?.id.split("-")[0];
      if (group) sent.append(`try-${group}-attempt_id`, one.elements.attempt_id.value);
    }
    sent.set("who", form.dataset.who);
    sent.set("talked", talked ? "1" : "");
    sent.set("number", next());
    return sent;
  }

  // Later is higher, though the clock of this computer be put back.
  function next() {
    number = Math.max(number + 1, Date.now());
    return number;
  }

  function tooLong() {
    return new Blob([written()]).size > KEEPALIVE;
  }

  // One at a time, but for the last one of a page that goes away: the service puts them in order.
  async function save(going = false) {
    clearTimeout(later);
    if (sending && going !== true) {
      await sending;
      if (!dirty) return;
    }
    dirty = false;
    sending = send(going === true || !tooLong());
    const problem = await sending;
    sending = null;
    if (!problem) {
      failures = 0;
      tell(null);
      if (dirty) wait(PAUSE);
      else delete said.dataset.older;
      return;
    }
    dirty = true;
    tell(problem);
    if (problem === "offline") wait(1000 * WAITS[Math.min(failures++, WAITS.length - 1)]);
    else if (problem !== "refused") wait(SIGNING_IN);
  }

  // Why it could not be saved, or null.
  async function send(keepalive, again = false) {
    let answer;
    try {
      answer = await fetch(form.dataset.draft, { method: "POST", body: written(), keepalive, redirect: "manual" });
    } catch {
      return "offline";
    }
    if (answer.ok) {
      show(await answer.json());
      return null;
    }
    if (answer.status === 409) return "another";
    // After signing in again the page's form token is an old one.
    if (isEnded(answer) || (answer.status === 400 && !again)) {
      return (await freshToken()) ?? (again ? "refused" : send(keepalive, true));
    }
    return answer.status >= 500 || answer.status === 429 ? "offline" : "refused";
  }

  function isEnded(answer) {
    return answer.status === 401 || answer.type === "opaqueredirect";
  }

  // Take the form token of the session as it is now. Says why there is none, or null.
  async function freshToken() {
    try {
      const answer = await fetch("/session", { redirect: "manual" });
      if (isEnded(answer)) return "ended";
      if (!answer.ok) return "offline";
      const { who, token } = await answer.json();
      if (who !== form.dataset.who) return "another";
      for (const field of document.querySelectorAll('input[name="csrf_token"]')) field.value = token;
      heard = Date.now();
      return null;
    } catch {
      return "offline";
    }
  }

  function show({ token, revision, saved, held, others: words }) {
    heard = Date.now();
    form.elements.form_token.value = token;
    form.elements.draft_revision.value = revision;
    // Set only when it differs: it is read aloud each time.
    if (said.textContent !== saved) said.textContent = saved;
    const until = document.getElementById("yours-until");
    if (held && until) until.textContent = held;
    if (others.dataset.shown !== words) {
      others.dataset.shown = words;
      others.innerHTML = words;
      showCopyButtons();
    }
    document.dispatchEvent(new CustomEvent("session-touched"));
  }

  function tell(problem) {
    if (problem === reason) return;
    reason = problem;
    const words = problem && document.getElementById(`unsaved-${problem}`).content.cloneNode(true);
    trouble.replaceChildren(...(words ? [words] : []));
    if (problem) said.textContent = "";
  }

  // A form goes its way at once while the service has just answered. Otherwise it is asked first: a form sent
  // without connection ends on a page of the browser's own.
  function leave(event) {
    const { submitter, currentTarget } = event;
    form.elements.number.value = next();
    if (leaving || (!reason && Date.now() - heard < SURE && navigator.onLine)) {
      leaving = true;
      return;
    }
    event.preventDefault();
    freshToken().then((problem) => {
      tell(problem);
      if (problem) {
        dirty = true;
        wait(1000 * WAITS[0]);
        return;
      }
      leaving = true;
      currentTarget.requestSubmit(submitter);
    });
  }

  // "I know this" goes without a new page.
  function putAway(event) {
    const button = event.target.closest('button[name="know"]');
    if (!button) return;
    event.preventDefault();
    const piece = button.closest("details");
    const next = piece.nextElementSibling;
    piece.remove();
    next?.querySelector("input, textarea, select, summary")?.focus({ preventScroll: true });
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, know: button.value });
    fetch(button.formAction, { method: "POST", body, keepalive: true, redirect: "manual" });
  }
}
