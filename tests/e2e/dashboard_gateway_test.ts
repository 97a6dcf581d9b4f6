import { testInBrowser } from "./dashboard/test_in_browser.ts";

testInBrowser(
  "gateway_cases.ts",
  "the dashboard in a browser shows what a gateway says, whatever happens to it",
);
