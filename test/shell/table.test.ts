import { expect, test } from '@jest/globals';
import { paint } from '../../scripts/shell/screen.ts';
import { fitTable, formatTable } from '../../scripts/shell/table.ts';

const rows = [
  ['NAME', 'SUBJECT', 'BY'],
  ['dev', 'Add the version endpoint', 'grace'],
  ['production', 'Add', 'ada'],
];

test('columns are as wide as their widest cell, and no line ends in blanks', () => {
  expect(formatTable(rows)).toBe(`NAME        SUBJECT                   BY
dev         Add the version endpoint  grace
production  Add                       ada`);
  expect(formatTable([['a', ''], ['bc']])).toBe('a\nbc');
  expect(formatTable([])).toBe('');
});

test('colours take no room', () => {
  const red = paint('red', 'held');
  expect(
    formatTable([
      [red, 'x'],
      ['open!', 'y'],
    ]),
  ).toBe(`${red}   x\nopen!  y`);
});

test('where it would be too wide, one column is cut, and says so', () => {
  expect(fitTable(rows, 1, 43)).toBe(formatTable(rows));
  expect(fitTable(rows, 1, 42)).toBe(`NAME        SUBJECT                  BY
dev         Add the version endpoi…  grace
production  Add                      ada`);
});

test('a character of two units is not cut in the middle', () => {
  expect(fitTable([['S'], ['😀😀😀😀😀😀😀😀😀😀😀😀😀']], 0, 12)).toBe('S\n😀😀😀😀😀😀😀😀😀😀😀…');
});

test('where even that is too wide, each row becomes a record', () => {
  expect(fitTable(rows, 1, 20)).toBe(`NAME     dev
SUBJECT  Add the version endpoint
BY       grace

NAME     production
SUBJECT  Add
BY       ada`);
});

test.each([
  [
    43,
    'NAME        SUBJECT                   BY\ndev         Add the version endpoint  grace\n  held\n  frozen\nproduction  Add                       ada',
  ],
  [
    20,
    'NAME     dev\nSUBJECT  Add the version endpoint\nBY       grace\n  held\n  frozen\n\nNAME     production\nSUBJECT  Add\nBY       ada',
  ],
])('in %i columns the notes of a row stand below it, and make no column wider', (columns, text) => {
  expect(fitTable(rows, 1, columns, [['held', 'frozen']])).toBe(text);
});
