// Sentences that only encrypting and opening need.
import be from "../../locales/be/encryption.ftl?raw";
import en from "../../locales/en/encryption.ftl?raw";
import ru from "../../locales/ru/encryption.ftl?raw";
import { learn } from "../lib/i18n.svelte";

learn({ be, ru, en });
