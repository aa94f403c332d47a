import { jest } from '@jest/globals';

// two busy cores are enough for everything here, only not within the five seconds that a test usually gets
jest.setTimeout(180_000);
