// timeout: 300s
import { memory } from '@tidemark/core';
import { applicationConformance } from '@tidemark/testing';
import { suite } from 'uvu';

const test = suite('an application on the memory store');

applicationConformance({ name: 'memory', provide: (clock) => memory({ clock }) }, test);

test.run();
