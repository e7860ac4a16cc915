// Opens a report in headless Chromium as a reader does; prints one line for each thing that is wrong.
// node tests/page.mjs REPORT.html, with playwright-core and axe-core below target/test-tools (tests/install).
import { readFileSync, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import path from "node:path";

const tools = path.join(import.meta.dirname, "..", "target", "test-tools", "node_modules");
const require = createRequire(path.join(tools, "index.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(path.join(tools, "axe-core", "axe.min.js"), "utf8");
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const url = pathToFileURL(process.argv[2]).href;
const wrong = [];
const check = (holds, text) => holds || wrong.push(text);

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-quic"] });
const open = async (options) => {
  const context = await browser.newContext({ bypassCSP: false, ...options });
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && wrong.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`script: ${error.message}`));
  page.on("request", (request) => request.url() === url || request.url().startsWith("data:") || wrong.push(`request: ${request.url()}`));
  await page.goto(url);
  return page;
};
const shown = (page) => page.locator("#table tbody tr.row:visible").count();

const plain = await open({ javaScriptEnabled: false });
const all = await shown(plain);
check(all > 0, "without JavaScript there are no rows");
check(!(await plain.locator("form.filters").isVisible()), "without JavaScript the filters are shown though they do nothing");
await plain.locator("#table summary").first().click();
check(await plain.locator("#table .more").first().isVisible(), "without JavaScript a row does not open");

const page = await open({ viewport: { width: 1280, height: 900 } });
check((await shown(page)) === all, "with JavaScript rows are missing at first");
await page.selectOption("#f-stride", "tampering");
const tampering = await shown(page);
check(tampering > 0 && tampering < all, `the STRIDE filter shows ${tampering} of ${all}`);
check((await page.locator("#f-count").textContent()).startsWith(`${tampering} of ${all}`), "the count does not follow the filter");
await page.click("form.filters button[type=reset]");
await page.waitForTimeout(50);
check((await shown(page)) === all, "clearing the filters does not bring all rows back");
await page.locator(".picture [data-element][role=button]").first().press("Enter");
const chosen = await shown(page);
check(chosen > 0 && chosen < all, `choosing an element shows ${chosen} of ${all}`);
await page.click("form.filters button[type=reset]");
await page.locator("#table thead button").nth(1).click();
check((await page.locator("#table thead th").nth(1).getAttribute("aria-sort")) === "ascending", "sorting is not told");
const anchor = await page.locator("#table a.self").last().getAttribute("href");
await page.evaluate((hash) => (location.hash = hash), anchor);
await page.waitForTimeout(100);
check(await page.locator(`[id="${anchor.slice(1)}"] .more`).isVisible(), "a deep link does not open its row");
await page.evaluate(() => (location.hash = "#TM-0002"));
await page.waitForTimeout(100);
check(await page.locator("tr.row:has([id='TM-0002']) .more").isVisible(), "a link to a number does not open its row");
await page.emulateMedia({ media: "print" });
check(!(await page.locator("form.filters").isVisible()), "the filters are printed");
check(await page.locator("#table .more").last().isVisible(), "details are not printed");
check(await page.locator(".reflist").isVisible(), "the addresses of references are not printed");
await page.emulateMedia({ media: "screen" });
await page.evaluate(axe);
const result = await page.evaluate(() => axe.run({ resultTypes: ["violations"] }));
for (const found of result.violations.filter((v) => ["serious", "critical"].includes(v.impact))) {
  wrong.push(`accessibility: ${found.id}: ${found.help}: ${found.nodes[0].html.slice(0, 160)}`);
}
const small = await open({ viewport: { width: 375, height: 800 }, colorScheme: "dark" });
const wide = await small.evaluate(() => document.documentElement.scrollWidth - innerWidth);
check(wide <= 0, `at 375 pixels the page is ${wide} pixels too wide`);
await browser.close();
console.log(wrong.join("\n"));
