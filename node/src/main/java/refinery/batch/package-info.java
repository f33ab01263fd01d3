/** The batch entity: from found to refined, by a download job and a process job. */
package refinery.batch;
