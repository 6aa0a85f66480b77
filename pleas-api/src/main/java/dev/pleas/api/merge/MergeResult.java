package dev.pleas.api.merge;

import dev.pleas.api.model.Model;

/**
 * A merged network and how it came about.
 *
 * @param model the merged network
 * @param report what was measured on the way
 */
public record MergeResult(Model model, MergeReport report) {}
