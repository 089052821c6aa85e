// The gallery is a build of its own, so that nothing of it comes into the program.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  root: "gallery",
  plugins: [svelte()],
  base: "./",
  build: { target: "es2022", outDir: "../../target/gallery", emptyOutDir: true, modulePreload: { polyfill: false } },
});
