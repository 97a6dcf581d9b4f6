import { testInBrowser } from "./dashboard/test_in_browser.ts";

testInBrowser("reference_cases.ts", "the reference in a browser is searched, copied from and tried");
