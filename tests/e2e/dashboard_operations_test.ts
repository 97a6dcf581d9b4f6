import { testInBrowser } from "./dashboard/test_in_browser.ts";

testInBrowser(
  "operations_cases.ts",
  "the console in a browser shows jobs, keys, streams, alerts and servers, and does what operators ask for",
);
