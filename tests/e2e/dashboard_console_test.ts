import { testInBrowser } from "./dashboard/test_in_browser.ts";

testInBrowser(
  "console_cases.ts",
  "the console in a browser shows operators what happens, and does what they ask for",
);
