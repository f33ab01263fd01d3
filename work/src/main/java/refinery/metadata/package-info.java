/**
 * Makes a harmonised form of what archives say of a batch, by rules that a user can change ({@code
 * conf/rules}). Pure but for the reading of the rules; may use protocol and the configuration.
 */
package refinery.metadata;
