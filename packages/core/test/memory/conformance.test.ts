import { memory } from '@tidemark/core';
import { storeConformance } from '@tidemark/testing';
import { suite } from 'uvu';

const test = suite('the memory store');

storeConformance({ name: 'memory', provide: (clock) => memory({ clock }) }, test);

test.run();
