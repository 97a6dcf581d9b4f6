import { testInBrowser } from "./dashboard/test_in_browser.ts";

testInBrowser(
  "all_pages_cases.ts",
  "every page in a browser suits everybody, at any width, with any number of rows, whatever happens to the server",
);
