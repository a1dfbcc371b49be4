import { describe, expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { runInProcess } from './run.js';

const newFolder = temporaryFolders();

describe('arguments without an option', () => {
  test.each([
    [['ratings.csv'], 'recommend --users ratings.csv\n'],
    [['ratings.csv', '-n', '5', '-o', 'my recs.csv'], "recommend --users ratings.csv -n 5 -o 'my recs.csv'\n"],
    [['-n', '5', 'ratings.csv'], 'recommend --users ratings.csv -n 5\n'],
    [['ratings.csv', 'movies.csv'], 'recommend --users ratings.csv --items movies.csv\n'],
    [['data/products-2026.csv.gz', 'data/orders.csv'], '--users data/orders.csv --items data/products-2026.csv.gz\n'],
    [['items.csv'], 'recommend --users FILE --items items.csv\n'],
    [['evaluate', 'ratings.csv', '--at', '20'], 'recommend evaluate --users ratings.csv --at 20\n'],
    [['similar', 'shop.rec', 'red', 'chair'], "recommend similar --model shop.rec --item 'red chair'\n"],
    [['explain', '--model', 'shop.rec', 'u1'], 'recommend explain --user u1 --model shop.rec\n'],
    [
      ['similar', '-u', 'my events.csv', '--item', 'red chair', '-i', 'items.csv'],
      "  recommend fit -u 'my events.csv' -i items.csv --model shop.rec\n  recommend similar --model shop.rec --item 'red chair'",
    ],
    [['score', '--model', 'shop.rec', '-i', 'items.csv'], 'the catalogue is in the model, as it was when'],
    [['-u', 'ratings.csv', '-n', '5', 'movies.csv'], 'movies.csv: an option has to say what this file is: --users, '],
  ])('%j are refused, and the message has the command to type', async (args, message) => {
    const { code, stdout, stderr } = await runInProcess(args, { folder: newFolder() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  test.each([
    [['evalute', '-u', 'ratings.csv', '--at', '20'], 'recommend evaluate'],
    [['hlep'], 'recommend help'],
    [['completions', 'bash'], 'recommend completion'],
  ])('%j has a misspelled command, and the message names the nearest one', async (args, meant) => {
    const { code, stdout, stderr } = await runInProcess(args, { folder: newFolder() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`there is no command ${args[0]}; did you mean: ${meant}\n`);
  });
});
