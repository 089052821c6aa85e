// Sentences that the trusted prompt needs, and the page of the certificate in part.
import be from "../../locales/be/prompt.ftl?raw";
import en from "../../locales/en/prompt.ftl?raw";
import ru from "../../locales/ru/prompt.ftl?raw";
import { learn } from "../lib/i18n.svelte";

learn({ be, ru, en });
