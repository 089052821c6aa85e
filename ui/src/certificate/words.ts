// Sentences that only the page of the certificate needs.
import be from "../../locales/be/certificate.ftl?raw";
import en from "../../locales/en/certificate.ftl?raw";
import ru from "../../locales/ru/certificate.ftl?raw";
import { learn } from "../lib/i18n.svelte";

learn({ be, ru, en });
