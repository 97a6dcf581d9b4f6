import { testInBrowser } from "./dashboard/test_in_browser.ts";

testInBrowser("page_cases.ts", "the dashboard in a browser suits eyes, hands and ears, and does not grow");
