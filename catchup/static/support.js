// Under each request for support: which council is asked for what is chosen, as the table on the page says.

const table = document.querySelector("table[data-support-councils]");

for (const ask of table ? document.querySelectorAll("[data-support-ask]") : []) {
  const kind = ask.querySelector("select[name$=kind]");
  const child = ask.querySelector("select[name$=child]");
  const answer = ask.querySelector("[data-support-answer]");
  const boxes = [...ask.querySelectorAll("input[name*=received_on]")];
  const say = () => {
    const text = sentence(kind.value, child.value, boxes, answer.dataset.otherDay);
    if (answer.textContent !== text) answer.textContent = text;
  };
  ask.addEventListener("change", say);
  for (const box of boxes) box.addEventListener("input", say);
  say();
}

function sentence(kind, child, boxes, otherDay) {
  if (!kind || !child) return "";
  if (boxes.length && isoDay(boxes) !== table.dataset.supportCouncils) return otherDay;
  for (const row of table.tBodies[0].rows) {
    if (row.dataset.children.split(" ").includes(child) && row.dataset.kinds.split(" ").includes(kind)) {
      return row.querySelector("[data-reason]").textContent;
    }
  }
  return "";
}

// The day in the three boxes as the table writes its own; a month may be typed as a name, and is not read here.
function isoDay(boxes) {
  const [day, month, year] = boxes.map((box) => box.value.trim());
  return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
}
