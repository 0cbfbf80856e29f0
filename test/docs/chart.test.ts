import { describe, expect, test } from '@jest/globals';
import { listValues, writeSchema, writeValues } from '../../scripts/docs/tables.ts';

const text = `# About the file.

# How many.
replicas: 2
image:
  # Where it is,
  # in full.
  repository: registry/service
# Any of them.
config: {}
`;

const values = [
  { path: ['replicas'], default: 2, description: 'How many.' },
  { path: ['image', 'repository'], default: 'registry/service', description: 'Where it is, in full.' },
  { path: ['config'], default: {}, description: 'Any of them.' },
];

test('a value is what the comment above it says', () => {
  expect(listValues(text)).toEqual(values);
});

test('a value that no comment explains is named', () => {
  expect(() => listValues(`${text}port: 80\n`)).toThrow('helm-chart/values.yaml: no comment says what port is.');
});

test('the table stands between its marks, and all else as it was', () => {
  const readme = 'before\n<!-- values: written -->\nold\n<!-- end of values -->\nafter\n';
  expect(writeValues(readme, values)).toBe(
    [
      'before',
      '<!-- values: written -->',
      '',
      '| value | default | is |',
      '| --- | --- | --- |',
      '| `replicas` | `2` | How many. |',
      '| `image.repository` | `"registry/service"` | Where it is, in full. |',
      '| `config` | `{}` | Any of them. |',
      '',
      '<!-- end of values -->',
      'after',
      '',
    ].join('\n'),
  );
});

describe('the schema', () => {
  const schema = {
    properties: {
      replicas: { type: 'integer' },
      image: { properties: { repository: { type: 'string' } } },
      config: { type: 'object' },
    },
  };

  test('has each value with its meaning and its default, and requires it', () => {
    expect(JSON.parse(writeSchema(JSON.stringify(schema), values))).toEqual({
      required: ['replicas', 'image', 'config'],
      properties: {
        replicas: { type: 'integer', description: 'How many.', default: 2 },
        image: {
          required: ['repository'],
          properties: {
            repository: {
              type: 'string',
              description: 'Where it is, in full.',
              default: 'registry/service',
            },
          },
        },
        config: { type: 'object', description: 'Any of them.', default: {} },
      },
    });
  });

  test('that lacks a value of the chart is refused', () => {
    expect(() => writeSchema('{ "properties": {} }', values)).toThrow(
      'helm-chart/values.schema.json: replicas is missing.',
    );
  });
});
