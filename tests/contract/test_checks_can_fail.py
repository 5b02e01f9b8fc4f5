"""Every check of the contract refuses the class that was broken for it, and says why."""

from __future__ import annotations

import re

import pytest
from contract import broken_lives, broken_losses, broken_optimizers, broken_passes, own
from contract.cases import LOSSES, LayerCase, LossCase, OptimizerCase, forgotten
from contract.test_layers import CHECKS as LAYER_CHECKS
from contract.test_losses import CHECKS as LOSS_CHECKS
from contract.test_optimizers import CHECKS as OPTIMIZER_CHECKS

import numnet
from numnet.model import Model

BROKEN = vars(broken_passes) | vars(broken_lives)

# The check, the class that breaks it, and what the refusal says.
LAYERS = [
    ("outputs_and_gradients_keep_the_dtype", "WiderGradient", "expected float32, got"),
    ("saved_arrays_keep_the_dtype", "WiderSaved", "expected saved arrays of float32"),
    ("arrays_handed_in_are_untouched", "WritesToX", "the forward changed x"),
    ("arrays_handed_in_are_untouched", "WritesToDy", "the backward changed dy"),
    ("read_only_arrays_serve", "WritesAndPutsBack", "read-only"),
    ("any_layout_in_memory_serves", "ReadsMemoryInItsOrder", "expected"),
    ("no_rows_are_no_error", "NeedsARow", "zero-size array"),
    ("a_single_row_keeps_its_axes", "DropsAxes", "y of one row is"),
    ("two_passes_at_once_do_not_mix", "RemembersTheLast", "changed the first backward"),
    ("a_backward_repeats_and_doubles", "Overwrites", "gradients are not doubled"),
    ("the_first_write_after_zero_grad_overwrites", "AddsAlways", "old gradients survive"),
    ("backward_is_linear_in_dy", "Clips", "expected"),
    ("backward_is_linear_in_dy", "Penalizes", "expected"),
    ("rows_stand_alone_where_declared", "CentresTheBatch", "expected"),
    ("a_forward_leaves_no_trace", "Counts", "a forward changed the layer"),
    ("a_forward_leaves_no_trace", "ShiftsItsBuffer", "a forward changed the layer"),
    ("a_forward_leaves_no_trace", "RemembersTheLast", "a forward changed the layer"),
    ("a_backward_changes_gradients_alone", "Steps", "a backward changed the layer"),
    ("without_dx_the_gradients_are_the_same", "ForgetsTheMean", "other gradients without dx"),
    ("a_call_is_the_forward", "RoundsInCalls", "a call gives another y"),
    ("a_call_is_the_forward", "IsNoisy", "a call gives another y"),
    ("a_complex_step_in_x_agrees", "DropsTheImaginaryPart", "expected 0.0 within"),
    ("a_complex_step_in_the_parameters_agrees", "HoldsParametersFixed", "expected 0.0 within"),
    ("the_checker_finds_it_right", "WrongSign", "wrong"),
    ("a_wrong_shape_is_refused_by_name", "TakesAnyDy", "a wrong shape was accepted"),
    ("a_wrong_width_is_refused_by_place", "TakesAnyWidth", "a wrong shape was accepted"),
    ("parameters_are_live_views", "KeepsACopy", "does not follow the vector"),
    ("a_replica_shares_values_alone", "IsItsOwnReplica", "is the layer itself"),
    ("a_replica_shares_values_alone", "ReplicatesACopy", "values are not shared"),
    ("a_copy_stands_alone", "IsItsOwnCopy", "the copy is the layer itself"),
    ("a_deepcopy_stands_alone", "SharesItsBuffers", "a change of the copy reached the layer"),
    ("a_pickle_stands_alone", "PicklesItsClassAlone", "a copy of dtype float64"),
    ("a_copy_before_the_first_use_draws_the_same", "DrawsAtCopying", "other values"),
    ("tied_aliases_are_one", "Overwrites", "expected"),
    ("a_file_brings_it_back", "HasMoreThanItSays", "the file lost something"),
    ("its_text_names_it", "Nameless", "the text is layer"),
    ("its_text_names_it", "LeavesOutItsSlope", "the text is LeakyReLU()"),
    ("astype_is_a_copy_of_another_dtype", "StaysAsItIs", "gives {'float32'}"),
    ("the_seed_decides_the_start", "DrawsForItself", "the same seed gives other values"),
    ("the_seed_decides_the_start", "DrawsGlobally", "the global generator was used"),
    ("it_goes_with_its_last_reference", "HoldsItself", "a reference cycle keeps the layer"),
]
LOSS = [
    ("the_value_is_a_number_of_python", "NumPysNumber", "the value is"),
    ("the_gradient_keeps_the_dtype", "Wider", "expected float32"),
    ("arrays_handed_in_are_untouched", "WritesToItsArguments", "the forward changed"),
    ("arrays_handed_in_are_untouched", "WritesToSaved", "the backward changed what"),
    ("read_only_arrays_of_any_layout_serve", "ReadsMemoryInItsOrder", "expected"),
    ("parts_add_up", "DividesByThePart", "expected"),
    ("rows_are_the_divisor", "DividesByThePart", "expected"),
    ("no_rows_are_worth_nothing", "NeedsARow", "zero-size array"),
    ("a_backward_repeats", "RemembersTheLast", "gives another"),
    ("backward_is_linear_in_dy", "IgnoresDy", "expected"),
    ("a_call_leaves_no_trace", "RemembersTheLast", "a call changed the loss"),
    ("a_complex_step_agrees", "ForgetsTheFactor", "expected"),
    ("the_checker_finds_it_right", "ForgetsTheFactor", "wrong"),
    ("check_and_forward_refuse_the_same", "ChecksTwice", "the doors differ"),
    ("check_and_forward_refuse_the_same", "Broadcasts", "was accepted"),
    ("check_accepts_what_forward_does", "ChecksWithoutAnswer", "check returned no array"),
    ("copies_are_equal", "LeavesOutItsPower", "gives another value"),
]
OPTIMIZER = [
    ("the_state_keeps_the_dtype", "WiderState", "expected float32"),
    ("views_stay_live", "StepsACopy", "did not reach the layer"),
    ("gradients_are_left_as_they_are", "ScalesTheGradient", "changed the gradients"),
    ("a_zero_gradient_at_rest_moves_nothing", "Decays", "a zero gradient moved"),
    ("the_same_steps_give_the_same_bits", "IsNoisy", "ends elsewhere"),
    ("reset_forgets_the_state", "KeepsItsState", "something was kept"),
    ("it_counts_its_steps", "CountsAnew", "counted"),
    ("it_is_bound_once", "BindsAnything", "nothing was refused"),
    ("a_wrong_lr_is_refused", "TakesAnyRate", "nothing was refused"),
    ("a_schedule_is_asked_once_a_step", "AsksTwice", "asked for"),
    ("a_schedule_is_asked_once_a_step", "MovesWithoutARate", "of lr 0 moved"),
    ("a_schedule_that_fails_changes_nothing", "StepsFirst", "moved the parameters"),
    ("a_part_is_stepped_alone", "StepsTheWholeVector", "another part"),
    ("it_follows_its_model_into_a_parent", "KeepsTheVector", "state was lost"),
    ("its_memory_is_allocated_once", "Allocates", "allocated its state anew"),
    ("steps_go_downhill", "Climbs", "the distance went"),
    ("it_is_copied_with_its_model", "KeepsItsModel", "steps another model"),
    ("its_text_names_it", "LeavesOutItsFriction", "leaves out what matters"),
]


def refused(check, case, says):
    with pytest.raises((AssertionError, ValueError, ArithmeticError), match=re.escape(says)):
        check(case)


@pytest.mark.parametrize(
    ("checks", "table"),
    [(LAYER_CHECKS, LAYERS), (LOSS_CHECKS, LOSS), (OPTIMIZER_CHECKS, OPTIMIZER)],
    ids=["layers", "losses", "optimizers"],
)
def test_each_check_has_a_class_to_refuse(checks, table):
    assert set(checks) == {check for check, _, _ in table}
    assert len(checks) >= 15


@pytest.mark.parametrize(
    ("base", "new"),
    [(Model, own.Bent), (numnet.Loss, own.Quartic), (numnet.Optimizer, own.Heavy)],
)
def test_a_new_public_class_is_not_forgotten(base, new, monkeypatch):
    olds = [getattr(numnet, name) for name in numnet.__all__]
    examples = [object.__new__(c) for c in olds if isinstance(c, type) and issubclass(c, base)]
    assert forgotten(base, examples) == ""
    monkeypatch.setattr(numnet, "__all__", [*numnet.__all__, "New"])
    monkeypatch.setattr(numnet, "New", new, raising=False)
    assert forgotten(base, examples) == f"add an example to tests/contract/cases.py: {new.__name__}"
    assert forgotten(base, [*examples, new()]) == ""


@pytest.mark.parametrize(("check", "name", "says"), LAYERS)
def test_a_broken_layer_is_refused(check, name, says):
    refused(LAYER_CHECKS[check], LayerCase(BROKEN[name], "float32"), says)
    LAYER_CHECKS[check](LayerCase(own.Bent, "float32"))


@pytest.mark.parametrize(("check", "name", "says"), LOSS)
def test_a_broken_loss_is_refused(check, name, says):
    _, pred, true = LOSSES["MSE"]
    kind = getattr(broken_losses, name)
    refused(LOSS_CHECKS[check], LossCase(kind, pred, true, "float32"), says)


@pytest.mark.parametrize(("check", "name", "says"), OPTIMIZER)
def test_a_broken_optimizer_is_refused(check, name, says):
    kind = getattr(broken_optimizers, name)
    refused(OPTIMIZER_CHECKS[check], OptimizerCase(kind, dtype="float32"), says)
