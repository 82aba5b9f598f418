'use strict';
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);

  // Whatever only a script can do is hidden until there is one.
  for (const element of all('.only-js')) element.hidden = false;

  // Numbers in words, as the tables show them.
  const count = number => String(number).replace(/\B(?=(\d{3})+$)/g, ',');
  // Halves of a tenth, which only quarters are exactly, go to the even tenth; toFixed would round them up.
  const tenths = value => {
    if (value * 4 % 2 !== 1) return value.toFixed(1);
    const below = Math.floor(value * 10);
    return ((below + below % 2) / 10).toFixed(1);
  };
  const bytes = number => {
    const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
    let value = number, unit = 0;
    while (value >= 999.95 && unit + 1 < units.length) { value /= 1000; unit += 1; }
    return unit ? `${tenths(value)} ${units[unit]}` : `${number} B`;
  };

  const words = text => text.toLowerCase().split(/\s+/).filter(Boolean);
  const compare = (a, b) => {
    // Cells without a value come last.
    if (a === '' || b === '') return (a === '') - (b === '');
    if (typeof a === 'number' && typeof b === 'number') return a - b;
    return String(a).localeCompare(String(b), 'en', { numeric: true });
  };

  // Rows of a table that is in the page as a whole.
  const keyOf = cell => {
    const text = cell.dataset.k ?? cell.textContent.replace(/(\d),(?=\d{3})/g, '$1').replace(/^(\d+) B$/, '$1');
    return text !== '' && !Number.isNaN(Number(text)) ? Number(text) : text;
  };
  const rowsOf = table => {
    const body = one('tbody', table), output = one(`output[data-of="${table.id}"]`);
    return {
      sort(column, sign) {
        const rows = [...body.rows].map(row => [keyOf(row.cells[column]), row]);
        rows.sort((a, b) => (a[0] === '' || b[0] === '' ? compare(a[0], b[0]) : sign * compare(a[0], b[0])));
        body.append(...rows.map(row => row[1]));
      },
      search(text) {
        const wanted = words(text);
        let found = 0;
        for (const row of body.rows) {
          const content = row.textContent.toLowerCase();
          row.hidden = !wanted.every(word => content.includes(word));
          found += row.hidden ? 0 : 1;
        }
        output.textContent = wanted.length ? tell(found, found) : '';
      },
    };
  };

  // Flows: more than the page has rows for.
  const data = one('#flows-data') ? JSON.parse(one('#flows-data').textContent) : { rows: [], kinds: [], texts: [], found: '{found}' };
  const isText = kind => kind === 'text' || kind === 'outside' || kind === 'category';
  const tell = (shown, found) => data.found.replace('{shown}', count(shown)).replace('{found}', count(found));
  const MOST_ROWS = 200;
  const square = category => {
    const square = document.createElement('i');
    square.className = `dot ${data.colours[category] ?? 'cx'}`;
    return square;
  };
  const inWords = (value, kind) => {
    if (isText(kind)) return data.texts[value];
    return kind === 'count' ? count(value) : kind === 'bytes' ? bytes(value) : kind === 'seconds' ? value[1] : String(value);
  };
  const fill = (cell, value, kind) => {
    if (value === null) return;
    const text = inWords(value, kind);
    if (kind === 'outside') {
      const isolated = document.createElement('bdi');
      isolated.textContent = text;
      cell.append(isolated);
    } else if (kind === 'category') {
      cell.append(square(text), text);
    } else {
      cell.textContent = text;
    }
  };
  const flowsOf = table => {
    const body = one('tbody', table), output = one(`output[data-of="${table.id}"]`);
    const keyed = (value, column) => {
      if (value === null) return '';
      return isText(data.kinds[column]) ? data.texts[value] : Array.isArray(value) ? value[0] : value;
    };
    let found = data.rows;
    table.caption.textContent = data.caption;
    const draw = () => {
      body.replaceChildren(...found.slice(0, MOST_ROWS).map(values => {
        const row = document.createElement('tr');
        values.forEach((value, column) => {
          const cell = document.createElement('td');
          fill(cell, value, data.kinds[column]);
          row.append(cell);
        });
        return row;
      }));
      output.textContent = tell(Math.min(MOST_ROWS, found.length), found.length);
    };
    draw();
    return {
      sort(column, sign) {
        const key = row => keyed(row[column], column);
        const order = (a, b) => (key(a) === '' || key(b) === '' ? compare(key(a), key(b)) : sign * compare(key(a), key(b)));
        const isFound = new Set(found);
        data.rows.sort(order);
        found = data.rows.filter(row => isFound.has(row));
        draw();
      },
      search(text) {
        const wanted = words(text);
        found = data.rows.filter(row => {
          const content = row.map(keyed).join(' ').toLowerCase();
          return wanted.every(word => content.includes(word));
        });
        draw();
      },
    };
  };

  const isNumbers = (table, column) => table.classList.contains(`n${column + 1}`) || (table.classList.contains('numbers') && column > 0);
  for (const table of all('table.sortable')) {
    const rows = table.id === 't-flows' ? flowsOf(table) : rowsOf(table);
    const heads = all('thead th', table);
    heads.forEach((head, column) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener('click', () => {
        const before = head.getAttribute('aria-sort');
        // Numbers begin with the largest, words with the first.
        const rising = before ? before === 'descending' : !isNumbers(table, column);
        heads.forEach(other => other.removeAttribute('aria-sort'));
        head.setAttribute('aria-sort', rising ? 'ascending' : 'descending');
        rows.sort(column, rising ? 1 : -1);
      });
    });
    const field = one(`input[data-for="${table.id}"]`);
    if (field) field.addEventListener('input', () => rows.search(field.value));
  }

  // The traffic over time: the pictures of one measure at a time, and the numbers of the column that is pointed at in all of them.
  const buttons = all('button[data-shows]');
  const show = shown => {
    for (const button of buttons) {
      document.getElementById(button.dataset.shows).hidden = button.dataset.shows !== shown;
      button.setAttribute('aria-pressed', button.dataset.shows === shown);
    }
  };
  for (const button of buttons) button.addEventListener('click', () => show(button.dataset.shows));
  if (buttons.length) show(buttons[0].dataset.shows);
  const marks = [];
  let at = -1, most = 0;
  const point = column => {
    if (column < 0 || column >= most) return;
    at = column;
    marks.forEach(mark => mark(column));
  };
  for (const picture of all('figure.time')) {
    const svg = one('svg', picture), cursor = one('.cursor', picture), says = one('.says', picture), table = one('table', picture);
    if (!svg) continue;
    // The numbers may be sorted later: they are told in the order of time.
    const rows = [...one('tbody', table).rows], heads = all('thead th', table).map(head => head.textContent);
    const [left, width] = [Number(svg.dataset.left), Number(cursor.getAttribute('width'))];
    most = Math.max(most, rows.length);
    marks.push(column => {
      cursor.setAttribute('x', left + column * width);
      if (column >= rows.length) { says.textContent = ''; return; }
      const [time, ...numbers] = [...rows[column].cells].map(cell => cell.textContent);
      const parts = numbers.map((number, index) => number && `${heads[index + 1]} ${number}`).filter(Boolean);
      says.textContent = `${time}: ${parts.join(', ') || '0'}`;
    });
    const box = one('.plot', picture);
    box.tabIndex = 0;
    box.addEventListener('pointermove', event => {
      const bounds = svg.getBoundingClientRect();
      point(Math.floor(((event.clientX - bounds.left) / bounds.width * svg.viewBox.baseVal.width - left) / width));
    });
    box.addEventListener('keydown', event => {
      const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -most, End: most }[event.key];
      if (!step) return;
      point(Math.max(0, Math.min(most - 1, at + step)));
      event.preventDefault();
    });
  }
})();
