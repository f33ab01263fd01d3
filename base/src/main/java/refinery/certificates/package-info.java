/**
 * Keys and certificates as PEM files: reading them, and a private authority that makes them. Knows
 * nothing of what they are used for.
 */
package refinery.certificates;
