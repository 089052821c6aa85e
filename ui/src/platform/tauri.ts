// The only file that may import from `@tauri-apps`.
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { seal } from "./seal";
import type { Platform, PromptPage, PromptPlatform } from "./types";

/** The main window's way to the core. */
export const platform: Platform = {
  call: (command, ...args) => invoke(command, args[0]),
  append: (handle, octets) => invoke("append_attachment", octets, { headers: { "kabinet-attachment": handle } }),
  handFile: (handle, octets) => invoke("append_file", octets, { headers: { "kabinet-file": String(handle) } }),
  on: (event, handler) => listen(event, (message) => handler(message.payload as never)),
};

/** The trusted prompt's way to the core. */
export const promptPlatform: PromptPlatform = {
  view: () => invoke<PromptPage | null>("prompt_view"),
  submit: async (key, secret, groups) => {
    const headers: Record<string, string> = groups === null ? {} : { "kabinet-groups": groups.join(",") };
    await invoke("prompt_submit", await seal(new Uint8Array(key), secret), { headers });
  },
  touched: () => invoke("prompt_touched"),
  cancel: () => invoke("prompt_cancel"),
};
