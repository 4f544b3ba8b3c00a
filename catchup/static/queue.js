// What others do shows in the rows as they stand: no row is moved, put in or taken out. The page asks by
// htmx attributes; what stands here makes the asking quiet. Without scripts the list is as it was when opened.

const asks = document.getElementById("queue-status");

// Nobody looks at a page in the background. A connection that is lost for a moment is no news either.
document.addEventListener("htmx:before:request", (event) => {
  if (document.hidden) event.preventDefault();
  const { ctx } = event.detail;
  const ask = ctx.fetch;
  ctx.fetch = (...about) => ask(...about).catch(() => new Response(null, { status: 204 }));
});

// What is as it was stays untouched, so that nothing is read out twice. The row somebody is on stays where it is.
let on = null;
let stood = 0;
document.addEventListener("htmx:before:swap", (event) => {
  const { tasks } = event.detail;
  on = document.querySelector(".cu-row:hover") ?? document.activeElement.closest(".cu-row");
  stood = on?.getBoundingClientRect().top;
  const news = tasks.filter(({ target, fragment }) => !isAsItWas(target, fragment.firstElementChild));
  tasks.splice(0, tasks.length, ...news);
});

// A button that is not to be pressed any more goes; whoever was on it is kept in its row.
document.addEventListener("htmx:after:swap", () => {
  const focused = document.activeElement;
  if (focused.closest(".cu-row") && getComputedStyle(focused).visibility === "hidden") {
    focused.closest(".cu-row").querySelector("h3 a").focus({ preventScroll: true });
  }
  if (on) window.scrollBy(0, on.getBoundingClientRect().top - stood);
});

document.addEventListener("htmx:response:error", (event) => {
  if (event.detail.ctx.response.status !== 401) return;
  const said = document.createElement("p");
  said.className = asks.className;
  said.setAttribute("role", "alert");
  said.append(document.getElementById("queue-ended").content.cloneNode(true));
  asks.replaceWith(said); // and with it goes the asking
});

function isAsItWas(target, fresh) {
  return target.dataset.state === fresh?.dataset.state && target.innerHTML === fresh?.innerHTML;
}
