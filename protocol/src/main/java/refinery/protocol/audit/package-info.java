/** Who did what, when and from where: what the audit log holds, and the port to it. */
package refinery.protocol.audit;
