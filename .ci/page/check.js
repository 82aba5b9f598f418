// Opens pages of Portolan in Chromium and checks what only a browser can tell. See .ci/run.
//
//     node check.js PORTOLAN HOSTILE LARGE
//
// PORTOLAN is the program, HOSTILE a capture whose names try to become markup, LARGE a capture with many flows.
'use strict';
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { chromium } = require('playwright-core');

const [program, hostileCapture, largeCapture] = process.argv.slice(2);
const root = path.join(__dirname, '../..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'portolan-page-'));
const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

let checks = 0;
const failures = [];
const check = (where, isMet, what) => {
  checks += 1;
  if (!isMet) failures.push(`${where}: ${what}`);
};
const same = (where, one, other, what) =>
  check(where, JSON.stringify(one) === JSON.stringify(other), `${what}: ${JSON.stringify(one)}, not ${JSON.stringify(other)}`);

// Writes the page of a capture.
const write = (name, capture) => {
  const file = path.join(folder, `${name}.html`);
  execFileSync(program, ['read', capture, '--html', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  return file;
};

// Opens a page, calls `use`, and checks that nothing was requested but the page itself, and that nothing was complained about.
const open = async (browser, name, file, options, use) => {
  const { complaints = [], ...context } = options;
  const own = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...context });
  const page = await own.newPage();
  const requests = [];
  page.on('request', request => requests.push(request.url()));
  page.on('console', message => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', error => complaints.push(error.stack));
  page.on('dialog', dialog => { complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  const url = pathToFileURL(file).href;
  await page.goto(url);
  await use(page);
  const loaded = requests.filter(request => request !== url && !request.startsWith('data:'));
  same(name, loaded, [], 'requests');
  if (!options.complaints) same(name, complaints, [], 'complaints');
  await own.close();
};

// Sorts by every column of every table, both ways. What is out of order comes back.
const sortAll = page => page.evaluate(() => {
  const data = JSON.parse(document.querySelector('#flows-data')?.textContent ?? 'null');
  const flows = new Map((data?.rows ?? []).map(row => [String(row[0]), row]));
  const isText = kind => ['text', 'outside', 'category'].includes(kind);
  // The value of a cell, found without the page's script: as the tables write it, or from the data of the flow.
  const value = (table, row, column) => {
    if (table.id === 't-flows') {
      const flow = flows.get(row.cells[0].textContent.replaceAll(',', ''));
      const value = flow[column];
      return value === null ? '' : isText(data.kinds[column]) ? data.texts[value] : Array.isArray(value) ? value[0] : value;
    }
    const cell = row.cells[column];
    if (cell.hasAttribute('data-k')) return Number(cell.getAttribute('data-k'));
    const text = cell.textContent;
    const number = /^-?[\d,]+(\.\d+)?( B)?$/.test(text) ? Number(text.replace(/,| B/g, '')) : NaN;
    return Number.isNaN(number) ? text : number;
  };
  const order = (a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en', { numeric: true }));
  const wrong = [];
  let sorted = 0;
  for (const table of document.querySelectorAll('table.sortable')) {
    const before = table.tBodies[0].rows.length;
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const seen = new Set();
      for (let click = 0; click < 2; click += 1) {
        head.querySelector('button').click();
        const direction = head.getAttribute('aria-sort');
        seen.add(direction);
        const values = [...table.tBodies[0].rows].map(row => value(table, row, column));
        const filled = values.filter(value => value !== '');
        const sign = direction === 'ascending' ? 1 : -1;
        const bad = filled.findIndex((value, index) => index > 0 && sign * order(filled[index - 1], value) > 0);
        if (bad >= 0) wrong.push(`${table.id}, ${head.textContent}, ${direction}: ${filled[bad - 1]} before ${filled[bad]}`);
        if (values.slice(0, filled.length).includes('')) wrong.push(`${table.id}, ${head.textContent}: empty cells are not last`);
        if (values.length !== before) wrong.push(`${table.id}: ${values.length} rows, not ${before}`);
        sorted += 1;
      }
      if (seen.size !== 2) wrong.push(`${table.id}, ${head.textContent}: only ${[...seen]}`);
      if (table.querySelectorAll('[aria-sort]').length !== 1) wrong.push(`${table.id}: several columns say that they are sorted`);
    });
  }
  return { wrong, sorted };
});

const texts = (page, selector) => page.$$eval(selector, elements => elements.map(element => element.textContent));

// Searches the flows by service, name, port and two words, and compares with a search of the data.
const search = async (page, name) => {
  const wanted = await page.evaluate(() => {
    const data = JSON.parse(document.querySelector('#flows-data').textContent);
    const last = data.rows[data.rows.length - 1];
    const text = kind => data.kinds.indexOf(kind);
    const words = last.map((value, column) => (value === null ? '' : ['text', 'outside', 'category'].includes(data.kinds[column]) ? data.texts[value] : Array.isArray(value) ? String(value[0]) : String(value)));
    const service = words[text('category') + 1];
    const named = text('outside') >= 0 ? data.rows.map(row => row[text('outside')]).find(value => value !== null) : undefined;
    return { queries: [service, service.toUpperCase(), words[2], `${service} ${words[1]}`, named === undefined ? service : data.texts[named], 'no such flow'], all: data.rows.length };
  });
  for (const query of wanted.queries) {
    await page.fill('input[data-for="t-flows"]', query);
    const found = await page.evaluate(query => {
      const data = JSON.parse(document.querySelector('#flows-data').textContent);
      const cell = (value, column) => (value === null ? '' : ['text', 'outside', 'category'].includes(data.kinds[column]) ? data.texts[value] : Array.isArray(value) ? value[0] : value);
      const words = query.toLowerCase().split(/\s+/).filter(Boolean);
      return data.rows.filter(row => { const text = row.map(cell).join(' ').toLowerCase(); return words.every(word => text.includes(word)); }).length;
    }, query);
    const rows = await page.$$eval('#t-flows tbody tr', rows => rows.length);
    const said = (await page.textContent('output[data-of="t-flows"]')).replaceAll(',', '').match(/\d+/g).map(Number);
    same(name, [rows, said], [Math.min(found, 200), [Math.min(found, 200), found]], `search for ${query}`);
    check(name, query === 'no such flow' ? found === 0 : found > 0, `search for ${query} finds ${found}`);
  }
  await page.fill('input[data-for="t-flows"]', '');
  // A table that is in the page as a whole.
  const service = (await texts(page, '#t-services tbody tr:first-child td:nth-child(2)'))[0].replace(/ \?$/, '');
  await page.fill('input[data-for="t-services"]', service);
  const shown = await page.$$eval('#t-services tbody tr', rows => rows.filter(row => row.getClientRects().length > 0).map(row => row.textContent));
  check(name, shown.length > 0 && shown.every(row => row.includes(service)), `search for the service ${service}: ${shown}`);
  const said = await page.textContent('output[data-of="t-services"]');
  check(name, said.includes(String(shown.length)), `search for the service ${service} says ${said}`);
  await page.fill('input[data-for="t-services"]', '');
  same(name, await page.textContent('output[data-of="t-services"]'), '', 'nothing is said without a search');
};

// Reads the traffic over time by keyboard and mouse, and switches between packets and bytes.
const overTime = async (page, name) => {
  const rows = await page.$$eval('#time-packets tbody tr', rows => rows.map(row => row.cells[0].textContent));
  const state = () => page.evaluate(() => [document.querySelector('#time-packets .cursor').getAttribute('x'), document.querySelector('#time-packets .says').textContent]);
  await page.focus('#time-packets .plot');
  const visited = [];
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft', 'End', 'ArrowRight', 'Home', 'PageDown', 'PageUp']) {
    await page.keyboard.press(key);
    visited.push([key, ...(await state())]);
  }
  const last = rows.length - 1;
  const expected = [0, Math.min(1, last), 0, last, last, 0, Math.min(10, last), 0];
  visited.forEach(([key, x, says], step) => {
    check(name, says.startsWith(`${rows[expected[step]]}: `), `key ${key}: ${says}, not ${rows[expected[step]]}`);
    check(name, Number(x) > 0, `key ${key}: the marker is at ${x}`);
  });
  check(name, last === 0 || visited[0][1] !== visited[3][1], 'the marker does not move');
  const box = await (await page.$('#time-packets svg')).boundingBox();
  // Waits until the page has scrolled there.
  await page.hover('#time-packets svg', { position: { x: box.width - 2, y: box.height / 2 } });
  check(name, (await state())[1].startsWith(`${rows[last]}: `), 'the mouse does not reach the last column');
  const pictures = () => page.evaluate(() => ['time-packets', 'time-bytes'].map(id => document.getElementById(id).getClientRects().length > 0));
  const pressed = () => page.$$eval('button[data-shows]', buttons => buttons.map(button => button.getAttribute('aria-pressed')));
  same(name, [await pictures(), await pressed()], [[true, false], ['true', 'false']], 'packets are shown first');
  await page.click('button[data-shows="time-bytes"]');
  same(name, [await pictures(), await pressed()], [[false, true], ['false', 'true']], 'bytes are shown');
  await page.click('button[data-shows="time-packets"]');
  same(name, [await pictures(), await pressed()], [[true, false], ['true', 'false']], 'packets are shown again');
};

// Goes through the page with the Tab key.
const tabs = async (page, name) => {
  const focused = () => page.evaluate(() => {
    const element = document.activeElement, box = element.getBoundingClientRect();
    return { text: element.textContent.slice(0, 30), href: element.getAttribute('href'), id: element.id, isVisible: box.width > 0 && box.x >= 0 && box.y >= 0 };
  });
  await page.keyboard.press('Tab');
  const skip = await focused();
  check(name, skip.href === '#main' && skip.isVisible, `the first stop is no visible skip link: ${JSON.stringify(skip)}`);
  const links = (await page.$$eval('nav a', links => links.map(link => link.getAttribute('href'))));
  for (const link of links) {
    await page.keyboard.press('Tab');
    same(name, (await focused()).href, link, 'the links follow');
  }
  await page.focus('.skip');
  await page.keyboard.press('Enter');
  same(name, (await focused()).id, 'main', 'the skip link leads to the content');
  const isOrdered = await page.$$eval('[tabindex]', elements => elements.every(element => element.tabIndex <= 0));
  check(name, isOrdered, 'an element changes the order of the Tab key');
  const unreachable = await page.$$eval('.scroll, .plot', boxes => boxes.filter(box => box.tabIndex !== 0).length);
  same(name, unreachable, 0, 'boxes that scroll but cannot be reached');
};

// Looks for elements and attributes that names could have made.
const intruders = page => page.evaluate(() => {
  const known = new Set(('html head meta title style body a header p b span h1 bdi ul li nav main section h2 svg g rect text path line circle image i table ' +
    'caption thead tbody tr th td button div details summary dl dt dd code figure figcaption label input output footer script strong').split(' '));
  const found = [];
  for (const element of document.querySelectorAll('*')) {
    if (!known.has(element.localName)) found.push(element.outerHTML.slice(0, 80));
    for (const { name } of element.attributes) if (name.startsWith('on') || name === 'style' || name === 'src') found.push(element.outerHTML.slice(0, 80));
  }
  if (document.querySelectorAll('script').length !== 2) found.push('scripts');
  if (document.title.startsWith('ran')) found.push('a script ran');
  return found;
});

const hostile = async (browser, name, file) => {
  await open(browser, name, file, {}, async page => {
    same(name, await intruders(page), [], 'elements and attributes');
    await page.fill('input[data-for="t-flows"]', '<img src=x');
    check(name, (await page.$$eval('#t-flows tbody tr', rows => rows.length)) > 0, 'a hostile name is not found');
    same(name, (await sortAll(page)).wrong, [], 'order');
    same(name, await intruders(page), [], 'elements and attributes after search and order');
    const title = await page.title();
    await page.hover('#doors svg.doors circle');
    same(name, await page.title(), title, 'title');
  });
};

// Checks the page about two captures, of which one is longer: order, the marker in both pictures, and what axe finds.
const compared = async (browser, captures) => {
  const file = path.join(folder, 'compared.html');
  const { stderr } = spawnSync(program, ['compare', ...captures, '--html', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  check('compared', fs.existsSync(file), String(stderr));
  await open(browser, 'compared', file, {}, async page => {
    const { wrong, sorted } = await sortAll(page);
    same('compared', wrong, [], 'order');
    check('compared', sorted > 100, `only ${sorted} orders`);
    const state = () => page.$$eval('#time-packets figure', figures => figures.map(figure =>
      [figure.querySelector('.says').textContent, figure.querySelector('.cursor').getAttribute('x')]));
    await page.focus('#time-packets .plot');
    await page.keyboard.press('Home');
    const [first, second] = await state();
    check('compared', first[0].startsWith('0 s: ') && second[0].startsWith('0 s: ') && first[1] === second[1], `Home: ${first}; ${second}`);
    await page.keyboard.press('End');
    const [long, short] = await state();
    check('compared', long[0] !== '' && short[0] === '' && long[1] === short[1], `End: ${long}; ${short}`);
    const shown = () => page.$$eval('.measure', measures => measures.map(measure => measure.getClientRects().length > 0));
    same('compared', await shown(), [true, false], 'packets are shown first');
    await page.click('button[data-shows="time-bytes"]');
    same('compared', await shown(), [false, true], 'bytes are shown');
    await page.emulateMedia({ media: 'print' });
    same('compared', await page.$$eval('figure.time', figures => figures.filter(figure => figure.getClientRects().length === 0).length), 0, 'pictures that are not printed');
  });
  for (const [colorScheme, width] of [['light', 1200], ['dark', 400]]) await axe(browser, 'compared', file, colorScheme, width);
};

// Looks for findings of axe.
const axe = async (browser, name, file, colorScheme, width) => {
  const where = `axe, ${name}, ${colorScheme}, ${width}`;
  await open(browser, where, file, { colorScheme, viewport: { width, height: 900 } }, async page => {
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
    const serious = violations.filter(violation => ['serious', 'critical'].includes(violation.impact));
    same(where, serious.map(({ id, nodes }) => `${id}: ${nodes.length}, such as ${nodes[0].html.slice(0, 120)} (${nodes[0].failureSummary})`), [], 'findings');
  });
};

const main = async () => {
  const captures = { office: path.join(root, 'samples/office.pcapng'), scan: path.join(root, 'samples/port-scan.pcap'), hostile: hostileCapture, large: largeCapture };
  const files = Object.fromEntries(Object.entries(captures).map(([name, capture]) => [name, write(name, capture)]));
  for (const [name, file] of Object.entries(files)) {
    const { size } = fs.statSync(file), most = name === 'large' ? 1_000_000 : name === 'hostile' ? 500_000 : 250_000;
    check(name, size < most, `${size} bytes`);
    console.log(`${name}: ${size} bytes`);
  }
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });
  for (const [name, file] of Object.entries(files)) {
    // Without a script: everything is there but what only a script can do.
    let plain;
    await open(browser, `${name}, no script`, file, { javaScriptEnabled: false }, async page => {
      const where = `${name}, no script`;
      plain = await page.$$eval('#t-flows tbody tr', rows => rows.map(row => [...row.cells].map(cell => cell.innerHTML)));
      const hidden = await page.$$eval('section, section > p:not(.only-js), figure, caption, svg, h2', elements => elements.filter(element => element.getClientRects().length === 0 && !element.closest('details')).map(element => element.outerHTML.slice(0, 80)));
      same(where, hidden, [], 'hidden parts');
      same(where, await page.$$eval('.only-js', elements => elements.filter(element => element.getClientRects().length > 0).length), 0, 'controls that need a script');
      same(where, await page.$$eval('section', sections => sections.filter(section => section.innerText.length < 40).map(section => section.id)), [], 'sections without text');
    });
    await open(browser, name, file, {}, async page => {
      const drawn = await page.$$eval('#t-flows tbody tr', rows => rows.slice(0, 50).map(row => [...row.cells].map(cell => cell.innerHTML)));
      same(name, drawn, plain, 'rows of the script and of the program');
      for (const width of [400, 500, 640, 641, 800, 1000, 1200, 1600]) {
        await page.setViewportSize({ width, height: 900 });
        const { scrollWidth, clientWidth } = await page.evaluate(() => ({ scrollWidth: document.scrollingElement.scrollWidth, clientWidth: document.scrollingElement.clientWidth }));
        check(name, scrollWidth <= clientWidth, `the page is ${scrollWidth} wide on a screen of ${width}`);
      }
      await page.setViewportSize({ width: 1200, height: 900 });
      await tabs(page, name);
      await overTime(page, name);
      await search(page, name);
      const { wrong, sorted } = await sortAll(page);
      same(name, wrong, [], 'order');
      check(name, sorted > 100, `only ${sorted} orders`);
      // The numbers under the marker are those of its column whatever the order of the table.
      await overTimeAfterSort(page, name);
    });
    console.log(`${name}: done after ${Math.round(performance.now() / 1000)} s`);
  }
  await hostile(browser, 'hostile', files.hostile);
  const withoutPolicy = path.join(folder, 'hostile-without-policy.html');
  fs.writeFileSync(withoutPolicy, fs.readFileSync(files.hostile, 'utf8').replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''));
  await hostile(browser, 'hostile, no policy', withoutPolicy);

  const complaints = [];
  await open(browser, 'policy', files.office, { complaints }, async page => {
    const ran = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      const link = document.createElement('p');
      link.setAttribute('style', 'color: red');
      document.body.append(link);
      return [window.ran === true, getComputedStyle(link).color === 'rgb(255, 0, 0)'];
    });
    same('policy', ran, [false, false], 'a script and a style from elsewhere');
    check('policy', complaints.length >= 2, 'nothing was refused');
  });

  await open(browser, 'print', files.office, {}, async page => {
    const pdf = await page.pdf({ format: 'A4' });
    fs.writeFileSync(path.join(folder, 'office.pdf'), pdf);
    const pages = (pdf.toString('latin1').match(/\/Type\s*\/Page\b/g) ?? []).length;
    check('print', pdf.length > 20_000 && pages > 3, `${pdf.length} bytes, ${pages} pages`);
    await page.emulateMedia({ media: 'print' });
    same('print', await page.$$eval('nav, .only-js, .skip', elements => elements.filter(element => element.getClientRects().length > 0).length), 0, 'controls');
    same('print', await page.$$eval('figure.time', figures => figures.filter(figure => figure.getClientRects().length === 0).length), 0, 'hidden pictures');
  });

  const looks = [['office', 'light', 1200], ['office', 'light', 400], ['office', 'dark', 1200], ['office', 'dark', 400],
    ['scan', 'dark', 1200], ['scan', 'light', 400], ['hostile', 'light', 1200]];
  for (const [name, colorScheme, width] of looks) await axe(browser, name, files[name], colorScheme, width);
  await compared(browser, [captures.office, captures.scan]);
  await browser.close();
};

const overTimeAfterSort = async (page, name) => {
  await page.click('#time-packets summary');
  await page.evaluate(() => document.querySelector('#time-packets th:nth-child(2) button').click());
  await page.focus('#time-packets .plot');
  await page.keyboard.press('Home');
  const [says, start] = await page.evaluate(() => {
    const starts = [...document.querySelectorAll('#time-packets tbody tr')].map(row => row.cells[0].textContent).sort();
    return [document.querySelector('#time-packets .says').textContent, starts[0]];
  });
  check(name, says.startsWith(`${start}: `), `the first column is ${says}, not ${start}`);
};

main().catch(error => failures.push(error.stack)).finally(() => {
  for (const failure of failures) console.error(failure.length > 1500 ? `${failure.slice(0, 1500)} …` : failure);
  console.log(`${checks} checks in ${Math.round(performance.now() / 1000)} s, ${failures.length} failed`);
  if (failures.length === 0) fs.rmSync(folder, { recursive: true });
  else console.log(`the pages are in ${folder}`);
  process.exit(failures.length === 0 ? 0 : 1);
});
