import { mount } from "svelte";
import "../styles/tokens.css";
import "../styles/base.css";
import Prompt from "./Prompt.svelte";

const target = document.getElementById("app");
if (target) mount(Prompt, { target });
