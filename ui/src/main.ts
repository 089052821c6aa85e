import { mount } from "svelte";
import App from "./App.svelte";
import { LANGUAGES, locale } from "./lib/i18n.svelte";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/frame.css";

const target = document.getElementById("app");
if (target) {
  // The core names the language in the address: nothing is shown in another one first.
  const asked = new URLSearchParams(location.search).get("language");
  const language = LANGUAGES.find(({ code }) => code === asked);
  if (language) locale.use(language.code);
  // The frame without words has done its part.
  target.replaceChildren();
  mount(App, { target });
}
