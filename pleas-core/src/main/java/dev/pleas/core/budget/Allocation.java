package dev.pleas.core.budget;

/**
 * How a budget is shared out: which ratios groups get as one number t grows from 0, everything
 * merged, to 1, everything kept apart. No ratio ever falls as t grows, so neither does the cost.
 */
public enum Allocation {
  /** One ratio for all groups. */
  UNIFORM {
    @Override
    double ratio(double t, int depth, int groups) {
      return t;
    }
  },
  /** The last groups first: early stages stay merged, as features are general there. */
  STAGES {
    @Override
    double ratio(double t, int depth, int groups) {
      return Math.max(0, Math.min(1, t * groups - (groups - 1 - depth)));
    }
  };

  /**
   * Returns the share of a group's units that are kept apart.
   *
   * @param t from 0 to 1
   * @param depth the group's place in execution order, from 0
   * @param groups how many there are
   */
  abstract double ratio(double t, int depth, int groups);
}
