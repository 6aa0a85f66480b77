package dev.pleas.api.merge;

/** Is told how far a long computation has come. */
public interface Progress {
  /** Ignores everything. */
  Progress NONE =
      (name, steps) ->
          new Stage() {
            @Override
            public void advance(long by) {}

            @Override
            public void close() {}
          };

  /**
   * Begins a stage. Stages follow one another; they do not nest.
   *
   * @param name what is being done, for people
   * @param steps how many steps it will take
   */
  Stage begin(String name, long steps);

  /**
   * Says something that a person should know at once, between stages. Ignored by default.
   *
   * @param text one sentence
   */
  default void note(String text) {}

  /** A stage in progress. */
  interface Stage extends AutoCloseable {
    /** Says that so many more steps are done; in all no more than the stage began with. */
    void advance(long by);

    /** Ends the stage. */
    @Override
    void close();
  }
}
