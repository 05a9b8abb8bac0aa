/**
 * What is there before anything is fetched on demand. Each such module imports this and gets nothing
 * new; without it the bundler cuts the first paint into a crumb for every set of modules that share
 * a piece of it, which are a tenth more to send.
 */

import "./shell.tsx";
