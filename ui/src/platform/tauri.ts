// The only file that may import from `@tauri-apps`.
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Platform, PromptPage, PromptPlatform } from "./types";

/** The main window's way to the core. */
export const platform: Platform = {
  call: (command, ...args) => invoke(command, args[0]),
  on: (event, handler) => listen(event, (message) => handler(message.payload as never)),
};

/** The trusted prompt's way to the core. */
export const promptPlatform: PromptPlatform = {
  view: () => invoke<PromptPage>("prompt_view"),
  // As raw octets, so that the secret is never parsed or copied as a piece of JSON.
  submit: (secret, groups) =>
    invoke("prompt_submit", secret, groups === null ? {} : { headers: { "kabinet-groups": groups.join(",") } }),
  cancel: () => invoke("prompt_cancel"),
};
