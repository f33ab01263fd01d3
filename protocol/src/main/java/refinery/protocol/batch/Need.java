package refinery.protocol.batch;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import refinery.protocol.artifact.Selector;

/** What a batch needs of other batches before it can be processed. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type", defaultImpl = Need.One.class)
@JsonSubTypes({
  @JsonSubTypes.Type(value = Need.One.class, name = "one"),
  @JsonSubTypes.Type(value = Need.All.class, name = "all")
})
public sealed interface Need {

  /** What the pipeline uses it as, e.g. {@code index}; unique among the needs of a batch. */
  String role();

  /** The need in words, for people. */
  String describe();

  /** True when this provision meets the need. */
  boolean isMetBy(Provision provision);

  /**
   * An output of some other batch.
   *
   * @param selector which artifact it is
   * @param hint a command line that would produce it, for people; may be empty
   */
  record One(String role, Selector selector, String hint) implements Need {
    @Override
    public String describe() {
      return selector.describe();
    }

    @Override
    public boolean isMetBy(Provision provision) {
      return provision instanceof Provision.One one
          && one.role().equals(role)
          && selector.matches(one.artifact());
    }
  }

  /** One output of every batch of a set. It is met when all of them are done. */
  record All(String role, BatchSet set) implements Need {
    @Override
    public String describe() {
      return set.describe();
    }

    @Override
    public boolean isMetBy(Provision provision) {
      return provision instanceof Provision.All all
          && all.role().equals(role)
          && all.inputs().count() == set.members().count();
    }
  }
}
