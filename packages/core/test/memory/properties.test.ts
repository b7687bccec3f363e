import { memory } from '@tidemark/core';
import { storeProperties } from '@tidemark/testing';
import { suite } from 'uvu';

const test = suite('properties of the memory store');

storeProperties({ name: 'memory', provide: (clock) => memory({ clock }) }, test);

test.run();
