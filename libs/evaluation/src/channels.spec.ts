import { channelOrder } from './channels.js';

describe('channelOrder', () => {
  it.each([
    ['one and one, whatever they are called', ['CT'], ['image'], [0]],
    ['by name, in the order of the network', ['FLAIR', 'T1c'], ['T1c', 'T2', 'FLAIR'], [2, 0]],
    ['names are compared plainly', ['t1 c', 'T2_W'], ['T2-w', 'T1-C'], [1, 0]],
    ['one of several', ['T2'], ['T1', 'T2'], [1]],
    ['one that is not there', ['CT'], ['T1', 'T2'], null],
    ['more than there are', ['T1', 'T2'], ['T1'], null],
  ])('%s', (_, wanted, offered, expected) => {
    expect(channelOrder(wanted, offered)).toEqual(expected);
  });
});
