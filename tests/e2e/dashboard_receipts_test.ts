import { testInBrowser } from "./dashboard/test_in_browser.ts";

testInBrowser(
  "receipts_cases.ts",
  "the console in a browser checks receipts without taking the gateway's word",
);
