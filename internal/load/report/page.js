// The page is complete without this script. It shows the values under the
// pointer in all plots at once, and sorts and filters the tables of clients.
(() => {
  'use strict';

  const make = (name, className, parent) => {
    const element = document.createElement(name);
    element.className = className;
    parent.append(element);
    return element;
  };

  // Values under the pointer: the rows of the table behind the plots.
  const values = document.getElementById('values');
  const rows = values ? Array.from(values.tBodies[0].rows, (row) => ({
    at: Number(row.dataset.at),
    clock: row.cells[0].textContent,
    saturated: row.classList.contains('saturated'),
    texts: Array.from(row.cells, (cell) => cell.textContent).slice(1),
  })) : [];
  const marks = Array.from(document.querySelectorAll('.marks li'), (li) => ({
    at: Number(li.dataset.at),
    text: li.lastChild.textContent.trim(), // behind the time
  }));
  const areas = Array.from(document.querySelectorAll('.over-time .area'));
  const outputs = Array.from(document.querySelectorAll('output[data-column]'));
  const cursors = areas.map((area) => {
    const cursor = make('span', 'cursor', area);
    cursor.hidden = true;
    return cursor;
  });
  let chip = null;
  let current = -1;

  const hide = () => {
    current = -1;
    for (const cursor of cursors) cursor.hidden = true;
    for (const output of outputs) output.textContent = '';
    if (chip) chip.remove();
    chip = null;
  };

  const show = (index, area) => {
    current = Math.min(Math.max(index, 0), rows.length - 1);
    const row = rows[current];
    for (const cursor of cursors) {
      cursor.hidden = false;
      cursor.style.left = row.at + '%';
    }
    for (const output of outputs) output.textContent = row.texts[Number(output.dataset.column)];
    if (!chip || chip.parentElement !== area) {
      if (chip) chip.remove();
      chip = make('span', 'chip', area);
    }
    const before = current > 0 ? rows[current - 1].at : -1;
    const here = marks.filter((mark) => mark.at > before && mark.at <= row.at).map((mark) => mark.text);
    chip.textContent = [row.clock, ...here, ...(row.saturated ? ['generator saturated'] : [])].join(' · ');
    const room = area.clientWidth - chip.offsetWidth;
    chip.style.left = Math.min(Math.max(row.at / 100 * area.clientWidth - chip.offsetWidth / 2, 0), room) + 'px';
  };

  const nearest = (at) => {
    let best = 0;
    for (let i = 1; i < rows.length; i++) {
      if (Math.abs(rows[i].at - at) < Math.abs(rows[best].at - at)) best = i;
    }
    return best;
  };

  if (rows.length > 0) {
    for (const area of areas) {
      area.addEventListener('pointermove', (event) => {
        const box = area.getBoundingClientRect();
        show(nearest((event.clientX - box.left) / box.width * 100), area);
      });
      area.addEventListener('pointerleave', hide);
      area.addEventListener('blur', hide);
      area.addEventListener('keydown', (event) => {
        const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -rows.length, End: rows.length };
        if (event.key === 'Escape') hide();
        if (!(event.key in steps)) return;
        event.preventDefault();
        show(current + steps[event.key], area);
      });
    }
  }

  // Tables of clients.
  const key = (row, column) => {
    const cell = row.cells[column];
    return 'value' in cell.dataset ? (cell.dataset.value === '' ? null : Number(cell.dataset.value)) : cell.textContent;
  };
  const compare = (a, b) => {
    if (a === null || b === null) return (a === null) - (b === null);
    return typeof a === 'number' ? a - b : a.localeCompare(b, undefined, { numeric: true });
  };
  const sort = (table, column) => {
    const head = table.tHead.rows[0].cells[column];
    const down = head.getAttribute('aria-sort') === 'ascending';
    for (const cell of table.tHead.rows[0].cells) cell.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const sorted = Array.from(table.tBodies[0].rows, (row) => ({ row, key: key(row, column) }));
    sorted.sort((a, b) => {
      const order = compare(a.key, b.key);
      return down && a.key !== null && b.key !== null ? -order : order; // what was not measured stays last
    });
    table.tBodies[0].append(...sorted.map((entry) => entry.row));
  };
  for (const table of document.querySelectorAll('table.clients')) {
    Array.from(table.tHead.rows[0].cells).forEach((cell, column) => {
      const text = cell.textContent;
      cell.textContent = '';
      const button = make('button', '', cell);
      button.type = 'button';
      button.textContent = text;
      button.addEventListener('click', () => sort(table, column));
    });
  }
  for (const scroll of document.querySelectorAll('.scroll.all')) {
    const filter = document.createElement('input');
    filter.className = 'filter';
    filter.type = 'search';
    filter.placeholder = 'Filter by name, room, conditions …';
    filter.setAttribute('aria-label', 'Filter clients');
    scroll.before(filter);
    filter.addEventListener('input', () => {
      const wanted = filter.value.trim().toLowerCase();
      for (const row of scroll.querySelectorAll('tbody tr')) row.hidden = !row.textContent.toLowerCase().includes(wanted);
    });
  }
})();
