/*
 * Uses a dashboard as somebody would who looks at it, and writes what is wrong into #verdict.
 * settings.js says how wide it is, and what the history that it is of must show.
 */
"use strict";
const problems = [], facts = [];
const frame = document.getElementById("frame");
const doc = () => frame.contentDocument;
const view = () => frame.contentWindow;
const one = (selector) => doc().querySelector(selector);
const all = (selector) => [...doc().querySelectorAll(selector)];
const text = (selector) => one(selector) ? one(selector).textContent : "";

function expect(isGood, what) {
	if (!isGood)
		problems.push(what);
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(condition, what) {
	for (let i = 0; i < 60; i++) {
		if (condition())
			return true;
		await wait(50);
	}
	problems.push(`it never came to this: ${what}`);
	return false;
}

function listen() {
	view().addEventListener("error", (event) => problems.push(`an error: ${event.message}`));
	view().addEventListener("unhandledrejection", (event) =>
		problems.push(`an error: ${event.reason}`));
	doc().addEventListener("securitypolicyviolation", (event) =>
		problems.push(`the policy forbids ${event.blockedURI} (${event.violatedDirective})`));
}

async function open(hash) {
	frame.src = "about:blank";
	await wait(20);
	await new Promise((resolve) => {
		frame.onload = resolve;
		frame.src = `${settings.site}/index.html${hash}`;
	});
	listen();
	await until(() => doc().documentElement.dataset.shown, `${hash} is shown`);
	await wait(100);
}

async function go(page) {
	view().location.hash = view().pinbench.address.to(page);
	await until(() => doc().documentElement.dataset.shown === page && one("#page h1"), `${page} is shown`);
	await wait(100);
}

function set(selector, value) {
	const field = one(selector);

	if (field.type === "checkbox" || field.type === "radio")
		field.checked = value;
	else
		field.value = value;
	field.dispatchEvent(new (view().Event)("input", {bubbles: true}));
	field.dispatchEvent(new (view().Event)("change", {bubbles: true}));
	return wait(300);
}

function press(key, target) {
	(target || doc().activeElement || doc().body).dispatchEvent(
		new (view().KeyboardEvent)("keydown", {key, bubbles: true, cancelable: true}));
	return wait(150);
}

const rows = () => all("#page tbody tr[data-row]");

/* WCAG 2.1, contrast ratio. */
function luminance(color) {
	const parts = color.map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);

	return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
}

function rgb(color) {
	const numbers = (color.match(/^rgba?\(([^)]*)\)/) || [, ""])[1].split(",").map(Number);

	return numbers.length < 3 || numbers[3] === 0 ? null : numbers.slice(0, 3);
}

function background(element) {
	for (let at = element; at; at = at.parentElement) {
		const color = rgb(view().getComputedStyle(at).backgroundColor);

		if (color)
			return color;
	}
	return [255, 255, 255];
}

function checkContrast(page) {
	let worst = 99, where = "";

	for (const element of doc().body.querySelectorAll("*")) {
		const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());

		if (!own || !element.getClientRects().length || element.closest(".unseen, :disabled, noscript"))
			continue;
		const color = rgb(view().getComputedStyle(element).color);
		const [high, low] = [luminance(color), luminance(background(element))].sort((a, b) => b - a);
		const ratio = (high + 0.05) / (low + 0.05);
		if (ratio < worst) {
			worst = ratio;
			where = `<${element.tagName} class="${element.className}"> ${element.textContent.slice(0, 30)}`;
		}
	}
	facts.push(`${page}: lowest contrast ${worst.toFixed(2)}`);
	expect(worst >= 4.5, `${page}: contrast ${worst.toFixed(2)} is below 4.5: ${where}`);
}

function checkPage(page) {
	const root = doc().documentElement;

	expect(root.scrollWidth <= view().innerWidth,
	       `${page}: the page scrolls sideways: ${root.scrollWidth} > ${view().innerWidth}`);
	expect(!/undefined|\[object|NaN/.test(doc().body.innerText),
	       `${page}: the text shows a hole: ` +
	       (doc().body.innerText.match(/.{0,30}(undefined|\[object|NaN).{0,30}/) || [""])[0]);
	expect(!one("#page img, #page script"), `${page}: a text became an element`);
	expect(view().document.title.includes("pinbench"), `${page}: the title is ${view().document.title}`);
	for (const field of all("input, select").filter((item) => item.getClientRects().length))
		expect(field.labels.length || field.getAttribute("aria-label"),
		       `${page}: a field has no label: ${field.id || field.name}`);
	for (const cell of all("th"))
		expect(cell.scope, `${page}: a table heading has no scope: ${cell.textContent}`);
	checkContrast(page);
}

async function checkGate() {
	await open("#gate");
	expect(text("h1") === `Gate: ${settings.open} open regressions`, `the gate says: ${text("h1")}`);
	expect(rows().length === settings.open, `the gate has ${rows().length} rows`);
	expect(text("#page tbody tr[data-row]").includes("severe"), "the gate does not begin with what is severe");
	expect(/\d+ days/.test(text("#page .scroll")), "the gate has no age");
	checkPage("gate");
}

async function checkFilters() {
	const before = rows().length;

	await set("#family", "gup");
	const family = rows().length;
	expect(family > 0 && family < before, `the family leaves ${family} of ${before}`);
	expect(rows().every((row) => row.textContent.includes("gup/")), "a row is of another family");
	await set("#family", "");
	await set("#q", "made0 batch=3]");
	expect(rows().length > 0 && rows().length < before, `the search leaves ${rows().length} of ${before}`);
	expect(view().location.hash.includes("q=made0"), "the search is not in the address");
	await set("#q", "");
	await go("series");
	const series = rows().length;
	await set("#moved", true);
	expect(rows().length > 0 && rows().length < series, `of ${series} series ${rows().length} moved`);
	await set("#moved", false);
	checkPage("series");
}

async function checkHeat() {
	await open("#heat");
	const cells = () => all(".heat td").map((cell) => cell.textContent).join("|");
	const before = cells();
	expect(/\+46\.\d !/.test(before), "the heat map has no +46 with its mark");
	expect(before.includes("✓"), "the heat map has nothing that is better");
	expect(all(".heat thead th.kernel").some((th) => th.textContent.includes("6.12.117")),
	       "the heat map names no kernel");
	await set('input[name="ref"][value="long-term"]', true);
	expect(cells() !== before, "the heat map is the same against the long-term release");
	expect(view().location.hash.includes("ref=long-term"), "the reference is not in the address");
	expect(text(".heat thead th:last-child").includes("6.12.117"), "7.3.0 is not held against 6.12.117");
	checkPage("heat");
}

async function checkSeries() {
	await open("#gate");
	one("#page tbody tr[data-row] a").click();
	await until(() => one(".chart canvas") && one("#kept"), "the chart is drawn");
	await wait(200);
	const chart = view().pinbench.charts[0], canvas = all(".chart canvas").pop();
	const box = one(".chart .canvas").getBoundingClientRect();
	const x = chart.graph.toDomXCoord(2), y = 60;
	const options = {clientX: box.left + x, clientY: box.top + y, bubbles: true, view: view()};
	expect(canvas && box.width > 200, `the chart is ${box.width} wide`);
	expect(all(".dygraph-axis-label-x").some((label) => /^\d+\.\d+/.test(label.textContent)),
	       "the axis names no kernel");
	for (const target of all(".chart canvas"))
		target.dispatchEvent(new (view().MouseEvent)("mousemove", options));
	await wait(100);
	const tip = one(".tip");
	facts.push(`tooltip: ${tip.textContent}`);
	for (const [what, like] of [["kernel", /kernel\d+\.\d+/], ["date", /date2026-/],
				    ["value with unit", /[\d.]+ (ns|insn)\/page/], ["interval", /interval/],
				    ["boots", /boots\d/], ["run", /run[ct]\d/]])
		expect(!tip.hidden && like.test(tip.textContent), `the tooltip has no ${what}`);
	expect(all(".dygraph-annotation").some((note) => note.textContent === "T" && note.title.includes("gcc")),
	       "the change of the compiler is no annotation");
	checkPage("one series");
	one(".zoom button").click();
	await wait(200);
	expect(view().location.hash.includes("zoom="), "the zoom is not in the address");
	one(".chart").focus();
	await press("ArrowLeft", one(".chart"));
	await press("Enter", one(".chart"));
	expect(/Report: /.test(text("#kept")), "a point has no link to its report");
	expect(all("#page a").some((a) => a.href.endsWith("/report.html")) &&
	       text("#page").includes("report not there"), "reports that are there and that are not look alike");
}

async function checkPermalink() {
	const hash = view().location.hash;
	const zoom = view().pinbench.charts[0].graph.xAxisRange().map((at) => at.toFixed(1)).join();
	const heading = text("h1"), kept = text("#kept");

	await open(`${hash}&family=gup&moved=1`);
	await until(() => one(".chart canvas"), "the chart of a permalink is drawn");
	expect(text("h1") === heading, `the permalink opens ${text("h1")}`);
	expect(view().pinbench.charts.length === 1 && zoom ===
	       view().pinbench.charts[0].graph.xAxisRange().map((at) => at.toFixed(1)).join(),
	       "the permalink has another zoom");
	expect(text("#kept") === kept, "the permalink keeps another point");
	expect(one("#family").value === "gup" && one("#moved").checked, "the permalink has other filters");
}

async function checkTriage() {
	await open("#triage");
	const every = rows().length;
	expect(every >= settings.steps, `the triage list has ${every} steps`);
	await set('input[name="state"][value="justified"]', true);
	expect(rows().length === 1 && rows()[0].textContent.includes("it's meant"), "the justified step is not there");
	expect(/^\.\/run\.sh history mark [0-9a-f]{12} justified 'it'\\''s meant'$/.test(text(".command")),
	       `the command is ${text(".command")}`);
	checkPage("triage");
}

async function checkTrust() {
	await open("#coverage");
	for (const what of ["Failed: 1 case", "Disappeared: 1 case", "splat"])
		expect(text("#detail").includes(what), `coverage does not say: ${what}`);
	expect(text("#detail").includes("</script><img"), "a hostile reason is not shown as it is");
	await open("#coverage?kernel=7.3.0-rc1");
	expect(text("#detail").includes("Newly skipped: 1 case"), "coverage has no new skip");
	checkPage("coverage");
	await open("#health");
	expect(/counted.*timed/s.test(text("#page table")), "health has not both kinds of evidence");
	expect(one(".chart canvas"), "health has no chart");
	checkPage("health");
}

async function checkKeys() {
	await open("#gate");
	await press("j", doc().body);
	await press("j");
	expect(doc().activeElement === rows()[1], "j does not go to the next row");
	await press("k");
	expect(doc().activeElement === rows()[0], "k does not go to the previous row");
	await press("/");
	expect(doc().activeElement === one("#q"), "/ does not go to the search");
	await press("Escape");
	expect(doc().activeElement !== one("#q"), "Escape does not leave the search");
	await press("g", doc().body);
	await press("t", doc().body);
	expect(view().location.hash.startsWith("#triage"), "g t does not go to the triage list");
	await wait(200);
	await press("?", doc().body);
	expect(one("#help").open && text("#help").includes("next and previous row"), "? does not open the help");
	one("#help").close();
}

async function checkScheme() {
	const dark = () => luminance(background(doc().body)) < 0.2;

	facts.push(`scheme ${dark() ? "dark" : "light"}`);
	expect(dark() === settings.dark, `the page is ${dark() ? "dark" : "light"}, the system is not`);
	one("#scheme").click();
	expect(!dark(), "the toggle does not make it light");
	one("#scheme").click();
	expect(dark(), "the toggle does not make it dark");
	await open("#gate");
	expect(dark(), "the chosen colours are not kept");
	one("#scheme").click();
}

const checks = [checkGate, checkFilters, checkHeat, checkSeries, checkPermalink, checkTriage, checkTrust,
		checkKeys, checkScheme];

window.addEventListener("load", async () => {
	frame.style.width = `${settings.width}px`;
	for (const check of checks) {
		try {
			await check();
		} catch (error) {
			problems.push(`${check.name} failed: ${error.stack}`);
		}
	}
	document.getElementById("verdict").textContent = facts.map((f) => `fact: ${f}\n`).join("") +
		problems.map((p) => `problem: ${p}\n`).join("") + "finished\n";
});
