package refinery.scheduling;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The lanes of one survey at one priority, by {@link Shape#number}. Lanes of unplaceable shapes are
 * counted but not listed.
 */
final class Group {
  final SurveyShare survey;
  final Band band;

  /** The ends that are served: one of them, or first the smallest and then the largest. */
  final Front[] fronts;

  /** The numbers of the listed lanes' shapes as bits, and the lanes by these numbers. */
  private long[] listed = new long[1];

  private Lane[] lanes = new Lane[8];

  /** The number of all lanes, listed or not. */
  int laneCount;

  /** Index in the band. */
  int index;

  /** The pass in which nothing more of this group can be placed. */
  long closedIn = -1;

  Group(SurveyShare survey, Band band, List<Order.End> ends, JobSlots slots) {
    this.survey = survey;
    this.band = band;
    this.fronts = new Front[ends.size()];
    for (int i = 0; i < fronts.length; i++) {
      fronts[i] = new Front(ends.get(i), i, slots);
    }
  }

  /** The end from which the next job is taken. */
  Front due() {
    return fronts.length == 1 || !survey.largestIsDue() ? fronts[0] : fronts[1];
  }

  /** The lane with the next job among the open shapes, at the end that is due; or null. */
  Lane next(long[] open) {
    return due().next(lanes, listed, open);
  }

  /** The listed lane whose first job comes first at this end, or null. */
  Lane first(Front front) {
    return front.next(lanes, listed, listed);
  }

  void forEach(Consumer<Lane> consumer) {
    for (int word = 0; word < listed.length; word++) {
      for (long bits = listed[word]; bits != 0; bits &= bits - 1) {
        consumer.accept(lanes[(word << 6) + Long.numberOfTrailingZeros(bits)]);
      }
    }
  }

  boolean isOvertaken(Lane lane) {
    for (Front front : fronts) {
      if (front.isOvertaken(lane)) {
        return true;
      }
    }
    return false;
  }

  boolean isListed(Lane lane) {
    int number = lane.shape.number;
    return number < lanes.length && lanes[number] == lane;
  }

  void unlist(Lane lane) {
    Checks.that(isListed(lane), "lane is listed");
    int number = lane.shape.number;
    lanes[number] = null;
    listed[number >> 6] &= ~(1L << number);
  }

  void list(Lane lane) {
    int number = lane.shape.number;
    if (number >= lanes.length) {
      lanes = Arrays.copyOf(lanes, Math.max(number + 1, lanes.length * 2));
    }
    if (number >> 6 >= listed.length) {
      listed = Arrays.copyOf(listed, (number >> 6) + 1);
    }
    lanes[number] = lane;
    listed[number >> 6] |= 1L << number;
    refresh(lane);
  }

  /** Call after the first jobs of a listed lane may have changed. */
  void refresh(Lane lane) {
    for (Front front : fronts) {
      front.refresh(lane);
    }
  }

  void sanityCheck() {
    for (int number = 0; number < lanes.length; number++) {
      boolean bit = number >> 6 < listed.length && (listed[number >> 6] >>> number & 1) != 0;
      Checks.that(bit == (lanes[number] != null), "bit of a lane");
      if (bit) {
        Lane lane = lanes[number];
        Checks.that(lane.shape.number == number, "number of a lane's shape");
        Checks.that(lane.size() > 0 && lane.group == this, "lane of group");
        Checks.that(lane.shape.witness != null, "listed lane is placeable");
        for (Front front : fronts) {
          front.sanityCheck(lane);
        }
      }
    }
  }
}
