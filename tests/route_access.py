"""Who may use which route: a line an endpoint. tests/test_routes.py asks for each as each of them.

Methods are those of the view (HEAD and OPTIONS follow GET). ``PUBLIC`` is everybody, ``GATE`` the steps of
signing in, ``SIGNED_IN`` every role.
"""

from catchup.rules.terms import Role

LEAD, MANAGER, ADMINISTRATOR = Role.LEAD, Role.MANAGER, Role.ADMINISTRATOR
ANYBODY = None
PUBLIC = frozenset({ANYBODY, LEAD, MANAGER, ADMINISTRATOR})
SIGNED_IN = frozenset({LEAD, MANAGER, ADMINISTRATOR})
STAFF = frozenset({LEAD, MANAGER})
MANAGERS = frozenset({MANAGER})
ADMINISTRATORS = frozenset({ADMINISTRATOR})
NOBODY: frozenset[Role | None] = frozenset()

# endpoint, methods, who
ROUTES: tuple[tuple[str, str, frozenset[Role | None]], ...] = (
    ("health.live", "GET", PUBLIC),
    ("health.ready", "GET", PUBLIC),
    ("security.login", "GET POST", PUBLIC),
    ("security.logout", "POST", PUBLIC),
    ("security.change_password", "GET POST", SIGNED_IN),
    ("security.two_factor_setup", "GET POST", PUBLIC),
    ("security.two_factor_token_validation", "GET POST", PUBLIC),
    ("security.mf_recovery", "GET POST", PUBLIC),
    ("security.mf_recovery_codes", "GET POST", PUBLIC),
    ("security.two_factor_rescue", "GET POST", NOBODY),
    ("security.two_factor_setup_validate", "POST", NOBODY),
    ("security.tf_select", "GET POST", NOBODY),
    ("account.start", "GET", SIGNED_IN),
    ("account.move_clock", "GET POST", SIGNED_IN),
    ("admin.home", "GET", ADMINISTRATORS),
    ("admin.people", "GET", ADMINISTRATORS),
    ("admin.add_person", "GET POST", ADMINISTRATORS),
    ("admin.person", "GET POST", ADMINISTRATORS),
    ("admin.disable_person", "POST", ADMINISTRATORS),
    ("admin.enable_person", "POST", ADMINISTRATORS),
    ("admin.give_password", "POST", ADMINISTRATORS),
    ("admin.forget_second_factor", "POST", ADMINISTRATORS),
    ("admin.sign_out_everywhere", "POST", ADMINISTRATORS),
    ("admin.jobs", "GET", ADMINISTRATORS),
    ("manager.list_needs", "GET", MANAGERS),
    ("manager.acknowledge", "POST", MANAGERS),
    ("manager.show_concern", "GET", MANAGERS),
    ("manager.decide", "GET POST", MANAGERS),
    ("manager.start_again", "GET POST", MANAGERS),
    ("manager.shut_out", "GET POST", MANAGERS),
    ("public.join", "GET", PUBLIC),
    ("public.join_not_yet", "GET", PUBLIC),
    ("public.join_step", "GET", PUBLIC),
    ("public.answer_join_step", "POST", PUBLIC),
    ("public.check_join", "GET", PUBLIC),
    ("public.send_join", "POST", PUBLIC),
    ("public.join_sent", "GET", PUBLIC),
    ("public.join_children", "GET", PUBLIC),
    ("public.answer_join_children", "POST", PUBLIC),
    ("public.join_child", "GET", PUBLIC),
    ("public.answer_join_child", "POST", PUBLIC),
    ("public.ask_remove_join_child", "GET", PUBLIC),
    ("public.remove_join_child", "POST", PUBLIC),
    ("public.home", "GET", PUBLIC),
    ("public.accessibility", "GET", PUBLIC),
    ("public.privacy", "GET", PUBLIC),
    ("public.contact", "GET", PUBLIC),
    ("public.who_supports_us", "GET", PUBLIC),
    ("public.who_supports_us_answer", "POST", PUBLIC),
    ("staff.show_call", "GET", STAFF),
    ("staff.start_call", "POST", STAFF),
    ("staff.give_back_call", "POST", STAFF),
    ("staff.take_over_call", "POST", STAFF),
    ("staff.pass_call_on", "POST", STAFF),
    ("staff.record_attempt", "POST", STAFF),
    ("staff.save_conversation", "POST", STAFF),
    ("staff.conversation_saved", "GET", STAFF),
    ("staff.show_directory", "GET", STAFF),
    ("staff.add_service", "GET POST", STAFF),
    ("staff.correct_service", "GET POST", STAFF),
    ("staff.verify_service", "POST", STAFF),
    ("staff.retire_service", "POST", STAFF),
    ("staff.family_list", "GET", STAFF),
    ("staff.find_family", "POST", STAFF),
    ("staff.family", "GET", STAFF),
    ("staff.move_family", "GET POST", STAFF),
    ("staff.correct_order", "GET POST", STAFF),
    ("staff.pause_family", "GET POST", STAFF),
    ("staff.leave_scheme", "GET POST", STAFF),
    ("staff.come_back", "GET POST", STAFF),
    ("staff.change_lead", "GET POST", STAFF),
    ("staff.ask_for_call", "GET POST", STAFF),
    ("staff.stop_everything", "GET POST", STAFF),
    ("staff.add_result", "GET POST", STAFF),
    ("staff.ask_for_support", "GET POST", STAFF),
    ("staff.add_step", "GET POST", STAFF),
    ("staff.show_queue", "GET", STAFF),
    ("staff.start_next_call", "POST", STAFF),
    ("staff.registration_list", "GET", STAFF),
    ("staff.registration", "GET", STAFF),
    ("staff.accept_registration", "POST", STAFF),
    ("staff.refuse_registration", "POST", STAFF),
    ("manager.show_reports", "GET", MANAGERS),
    ("manager.download_report", "GET", MANAGERS),
)
