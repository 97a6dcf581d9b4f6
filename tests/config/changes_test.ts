import { assertEquals } from "@std/assert";
import { defaultConfig, takeOver } from "../../lib/config/mod.ts";

Deno.test("what is read again is taken over where its setting says so, and waits for a restart elsewhere", () => {
  const running = defaultConfig({ "http.trusted_proxies": ["loopback"] });
  assertEquals(takeOver(running, defaultConfig({ "http.trusted_proxies": ["loopback"] })).waiting, []);
  const read = defaultConfig({ "log.level": "DEBUG", "log.format": "json", region: "eu", port: 1 });
  const { config, taken, waiting } = takeOver(running, read);
  assertEquals(taken, ["log.level", "log.format"]);
  assertEquals(waiting, ["port", "region", "http.trusted_proxies"]);
  assertEquals(config, { ...running, "log.level": "DEBUG", "log.format": "json" });
  assertEquals(takeOver(config, read).taken, []);
});
