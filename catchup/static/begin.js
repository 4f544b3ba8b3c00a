// Runs before the page is drawn, so that what needs scripts does not flicker. A file, not inline: the
// content security policy then needs no exception for it.
document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
}
